// Which network addresses webhooks may go to: the public ones, and others only by explicit
// configuration. Asked for the address that is really connected to, after name resolution. Pure.
#ifndef MAMORI_SERVICES_NOTIFICATION_ADDRESS_H_
#define MAMORI_SERVICES_NOTIFICATION_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mamori::notification {

// An IPv6 address; an IPv4 one as ::ffff:a.b.c.d.
using Address = std::array<uint8_t, 16>;

// Nothing for any other family.
std::optional<Address> AddressOf(const sockaddr* address, socklen_t size);
// Of a literal, also with brackets; nothing for a name.
std::optional<Address> ParseAddress(std::string_view literal);

struct Network {
  Address address{};
  int bits = 128;
};
// "127.0.0.1/32", "fd00::/8". INVALID_ARGUMENT otherwise.
absl::StatusOr<Network> ParseNetwork(std::string_view cidr);
bool Contains(const Network& network, const Address& address);

// True for what the whole internet can reach. False for private, loopback, link-local, shared,
// multicast, documentation, benchmarking, unspecified and reserved ones, and for every IPv6 address
// outside 2000::/3. An IPv4 address within an IPv6 one (mapped, NAT64, 6to4) is judged by itself;
// Teredo is refused.
bool IsPublic(const Address& address);

class AddressPolicy {
 public:
  AddressPolicy() = default;
  // INVALID_ARGUMENT for a network that is none.
  static absl::StatusOr<AddressPolicy> Create(const std::vector<std::string>& allowed_private);

  bool Allows(const Address& address) const;
  // False for families that we do not know.
  bool Allows(const sockaddr* address, socklen_t size) const;

 private:
  std::vector<Network> allowed_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_ADDRESS_H_
