#include "services/notification/sender_settings.h"

#include <gtest/gtest.h>

#include <functional>

namespace mamori::notification {
namespace {

using config::v1::NotificationConfig;

TEST(CheckSenders, NamesTheFieldThatIsWrong) {
  EXPECT_TRUE(CheckSenders({}).ok());
  const struct {
    std::function<void(NotificationConfig&)> change;
    const char* field;
  } cases[] = {
      {[](auto& c) { c.mutable_smtp()->set_max_connections(-1); }, "smtp.max_connections"},
      {[](auto& c) { c.mutable_smtp()->mutable_timeout(); }, "smtp.timeout"},
      {[](auto& c) { c.mutable_smtp()->mutable_timeout()->set_seconds(-1); }, "smtp.timeout"},
      {[](auto& c) { c.mutable_webhook()->set_max_connections(-1); }, "webhook.max_connections"},
      {[](auto& c) { c.mutable_webhook()->mutable_timeout(); }, "webhook.timeout"},
      {[](auto& c) { c.mutable_webhook()->set_circuit_failures(-1); }, "webhook.circuit_failures"},
      {[](auto& c) { c.mutable_webhook()->mutable_circuit_wait(); }, "webhook.circuit_wait"},
      {[](auto& c) { c.mutable_dispatcher()->set_batch(2); }, "dispatcher.batch"},
      {[](auto& c) { c.mutable_dispatcher()->set_batch(1025); }, "dispatcher.batch"},
      {[](auto& c) { c.mutable_dispatcher()->mutable_lease(); }, "dispatcher.lease"},
      {[](auto& c) { c.mutable_dispatcher()->mutable_poll_interval(); },
       "dispatcher.poll_interval"},
  };
  for (const auto& one : cases) {
    NotificationConfig config;
    one.change(config);
    const absl::Status status = CheckSenders(config);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << one.field;
    EXPECT_EQ(status.message().substr(0, status.message().find(':')), one.field);
  }
}

}  // namespace
}  // namespace mamori::notification
