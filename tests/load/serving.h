// Waits for a service to say SERVING.
#ifndef MAMORI_TESTS_LOAD_SERVING_H_
#define MAMORI_TESTS_LOAD_SERVING_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/time/time.h"
#include "common/time/clock.h"

namespace mamori::load {

// Connects to `target` ("127.0.0.1:port") every 2 ms until something listens, then asks the
// standard health service every 2 ms until it is SERVING. False when `timeout` passed.
bool AwaitServing(const std::string& target,
                  const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                  absl::Duration timeout, const time::Clock& clock, time::Sleeper& sleeper);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_SERVING_H_
