// The process's accepted connections, which gRPC 1.51 keeps to itself.
#ifndef MAMORI_COMMON_SERVER_CONNECTIONS_H_
#define MAMORI_COMMON_SERVER_CONNECTIONS_H_

namespace mamori::server {

// Shuts down every accepted TCP connection to local port `port`; how many there were. The peers see
// a closed connection and answer calls that were on their way with UNAVAILABLE, whereas a server
// that is shut down while they arrive makes CANCELLED of them, which no client retries.
int CloseConnections(int port);

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_CONNECTIONS_H_
