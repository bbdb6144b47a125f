#include "services/notification/identity.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "absl/strings/escaping.h"

namespace mamori::notification {
namespace {

using mamori::v1::DELIVERY_CHANNEL_MAIL;
using mamori::v1::DELIVERY_CHANNEL_WEBHOOK;

const std::string& EventId() {
  static const std::string& id =
      *new std::string(absl::HexStringToBytes("000102030405060708090a0b0c0d0e0f"));
  return id;
}

// Computed by another BLAKE2b: receivers dedupe by these ids, so they never change.
TEST(IdentityTest, TheIdsOfAFactAreForEver) {
  const id::Id notification = NotificationId(EventId(), "opened.desk");
  EXPECT_EQ(absl::BytesToHexString(notification), "883db7134e4bbf6c0dd0498279e66b0b");
  EXPECT_EQ(absl::BytesToHexString(
                DeliveryId(notification, 0, DELIVERY_CHANNEL_MAIL, "desk@mamori.example")),
            "a7c1ca10ddab2a725c328f413cb2589d");
}

TEST(IdentityTest, EveryPartCounts) {
  const std::string other(16, 'x');
  const std::set<id::Id> ids = {
      NotificationId(EventId(), "a"),
      NotificationId(EventId(), "b"),
      NotificationId(other, "a"),
      DeliveryId(EventId(), 0, DELIVERY_CHANNEL_MAIL, "a"),
      DeliveryId(EventId(), 1, DELIVERY_CHANNEL_MAIL, "a"),
      DeliveryId(EventId(), 0, DELIVERY_CHANNEL_WEBHOOK, "a"),
      DeliveryId(EventId(), 0, DELIVERY_CHANNEL_MAIL, "b"),
      DeliveryId(other, 0, DELIVERY_CHANNEL_MAIL, "a"),
  };
  EXPECT_EQ(ids.size(), 8u);
  for (const id::Id& id : ids) EXPECT_EQ(id.size(), 16u);
}

}  // namespace
}  // namespace mamori::notification
