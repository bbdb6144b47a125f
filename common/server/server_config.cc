#include "common/server/server_config.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/authn/people.h"
#include "common/status/macros.h"

namespace mamori::server {
namespace {

constexpr int kMaxThreadsLimit = 1024;
constexpr int kDefaultMaxThreads = 32;
// Above what a read takes beside other work, below what a person notices.
constexpr absl::Duration kHiddenQuantum = absl::Milliseconds(20);

absl::Duration FromProto(bool is_set, const google::protobuf::Duration& duration,
                         absl::Duration if_unset) {
  return config::ToDuration(is_set, duration.seconds(), duration.nanos(), if_unset);
}

// "host:port", where the host may be a name, an address or [an address].
bool IsAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return false;
  const std::string port = text.substr(colon + 1);
  return port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos &&
         std::stoi(port) <= 65535;
}

// "methods[2].method: what" becomes "FILE:LINE: methods[2].method: what".
absl::Status Located(const absl::Status& status, const google::protobuf::Message& message,
                     const config::Locations& locations) {
  const std::string text(status.message());
  const size_t colon = text.find(':');
  return absl::InvalidArgumentError(
      absl::StrCat(locations.Of(message, text.substr(0, colon)), text.substr(colon)));
}

}  // namespace

absl::Status CheckServerConfig(const google::protobuf::Message& config,
                               const config::v1::Server& server,
                               const config::Locations& locations) {
  std::vector<std::string> errors;
  const auto add = [&](const char* field, const char* what) {
    errors.push_back(absl::StrCat(locations.Of(config, field), ": ", what));
  };
  const auto require = [&](const std::string& value, const char* field) {
    if (value.empty()) add(field, "required");
  };
  if (!IsAddress(server.listen())) add("server.listen", "want host:port");
  for (const auto& [value, field] : {std::pair(server.probe_listen(), "server.probe_listen"),
                                     std::pair(server.metrics_listen(), "server.metrics_listen")}) {
    if (!value.empty() && !IsAddress(value)) add(field, "want host:port, or nothing");
  }
  require(server.tls().cert_file(), "server.tls.cert_file");
  require(server.tls().key_file(), "server.tls.key_file");
  require(server.tls().ca_file(), "server.tls.ca_file");
  require(server.authorization_file(), "server.authorization_file");
  if (server.max_threads() < 0 || server.max_threads() > kMaxThreadsLimit) {
    add("server.max_threads", "want 0 to 1024");
  }
  if (Grace(server) < absl::ZeroDuration()) add("server.grace", "negative");
  if (LameDuck(server) < absl::ZeroDuration()) add("server.lame_duck", "negative");
  if (RpcOptions(server).default_deadline <= absl::ZeroDuration()) {
    add("server.default_deadline", "want more than zero");
  }
  if (!ParseLevel(server.log_level()).ok()) {
    add("server.log_level", "want debug, info, warn or error");
  }
  if (errors.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
}

absl::StatusOr<Authorizer> ReadAuthorizer(const std::string& file,
                                          const std::vector<std::string>& known_methods) {
  config::v1::Authorization table;
  config::Locations locations(file);
  RETURN_IF_ERROR(config::ReadTextProto(file, &table, &locations));
  absl::StatusOr<Authorizer> authorizer = Authorizer::Create(table, known_methods);
  if (authorizer.ok()) return authorizer;
  return Located(authorizer.status(), table, locations);
}

absl::StatusOr<config::v1::People> ReadPeople(const std::string& file) {
  config::v1::People people;
  if (file.empty()) return people;
  config::Locations locations(file);
  RETURN_IF_ERROR(config::ReadTextProto(file, &people, &locations));
  const absl::Status status = authn::People::Check(people);
  if (!status.ok()) return Located(status, people, locations);
  return people;
}

absl::StatusOr<telemetry::Level> ParseLevel(const std::string& text) {
  if (text == "debug") return telemetry::Level::kDebug;
  if (text.empty() || text == "info") return telemetry::Level::kInfo;
  if (text == "warn") return telemetry::Level::kWarn;
  if (text == "error") return telemetry::Level::kError;
  return absl::InvalidArgumentError("want debug, info, warn or error");
}

Rpc::Options RpcOptions(const config::v1::Server& server) {
  Rpc::Options options;
  options.default_deadline =
      FromProto(server.has_default_deadline(), server.default_deadline(), options.default_deadline);
  options.client_ca_file = server.tls().ca_file();
  options.hidden_quantum = kHiddenQuantum;
  options.max_blocking = MaxThreads(server);
  return options;
}

int MaxThreads(const config::v1::Server& server) {
  return server.max_threads() == 0 ? kDefaultMaxThreads : server.max_threads();
}

absl::Duration Grace(const config::v1::Server& server) {
  return FromProto(server.has_grace(), server.grace(), absl::Seconds(20));
}

absl::Duration LameDuck(const config::v1::Server& server) {
  return FromProto(server.has_lame_duck(), server.lame_duck(), absl::ZeroDuration());
}

}  // namespace mamori::server
