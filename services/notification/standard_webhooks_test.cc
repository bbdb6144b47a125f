#include "services/notification/standard_webhooks.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/testing/matchers.h"
#include "services/notification/identity.h"
#include "services/notification/secret_box.h"

namespace mamori::notification {
namespace {

using ::mamori::testing::StatusIs;

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// The example that the specification's libraries are known by.
TEST(SignWebhook, SignsIdTimestampAndBody) {
  const absl::StatusOr<std::string> key = WebhookKey(kSecret);
  ASSERT_TRUE(key.ok());
  const WebhookHeaders headers =
      SignWebhook({*key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", absl::FromUnixSeconds(1614265330),
                  "{\"test\": 2432232314}");
  EXPECT_EQ("msg_p5jXN8AQM9LWM0D4loKWxJek", headers.id);
  EXPECT_EQ("1614265330", headers.timestamp);
  EXPECT_EQ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", headers.signature);
}

TEST(SignWebhook, SignsWithBothKeysDuringARotation) {
  const std::string fresh = *WebhookKey(NewWebhookSecret());
  const std::string old = *WebhookKey(kSecret);
  const absl::Time time = absl::FromUnixSeconds(1'800'000'000);
  const std::string both = SignWebhook({fresh, old}, "id", time, "{}").signature;
  EXPECT_EQ(absl::StrCat(SignWebhook({fresh}, "id", time, "{}").signature, " ",
                         SignWebhook({old}, "id", time, "{}").signature),
            both);
}

TEST(SignWebhook, ChangesWithEveryPart) {
  const std::string key = *WebhookKey(kSecret);
  const absl::Time time = absl::FromUnixSeconds(1'800'000'000);
  std::set<std::string> signatures = {
      SignWebhook({key}, "id", time, "{}").signature,
      SignWebhook({key}, "ie", time, "{}").signature,
      SignWebhook({key}, "id", time + absl::Seconds(1), "{}").signature,
      SignWebhook({key}, "id", time, "{ }").signature,
  };
  EXPECT_EQ(4u, signatures.size());
}

TEST(NewWebhookSecret, IsLongAndNeverTheSame) {
  const std::string secret = NewWebhookSecret();
  EXPECT_NE(secret, NewWebhookSecret());
  const absl::StatusOr<std::string> key = WebhookKey(secret);
  ASSERT_TRUE(key.ok());
  EXPECT_GE(key->size(), 24u);
}

TEST(WebhookKey, RefusesWhatIsNoSecret) {
  for (const std::string& secret :
       {std::string(), std::string("whsec_"), std::string("MfKQ9r8GKYqr"), std::string("whsec_!!!"),
        "whsec_" + absl::Base64Escape("short"),
        "whsec_" + absl::Base64Escape(std::string(65, 'x'))}) {
    EXPECT_THAT(WebhookKey(secret), StatusIs(absl::StatusCode::kInvalidArgument)) << secret;
  }
}

TEST(SecretBox, OpensWhatItSealedAndNothingElse) {
  const absl::StatusOr<SecretBox> box = SecretBox::FromHex(std::string(64, 'a'));
  ASSERT_TRUE(box.ok());
  const std::string sealed = box->Seal(kSecret);
  EXPECT_EQ(std::string::npos, sealed.find("whsec_"));
  EXPECT_NE(sealed, box->Seal(kSecret));
  EXPECT_EQ(kSecret, *box->Open(sealed));

  std::string altered = sealed;
  altered.back() ^= 1;
  EXPECT_THAT(box->Open(altered), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(box->Open("short"), StatusIs(absl::StatusCode::kDataLoss));
  const absl::StatusOr<SecretBox> other = SecretBox::FromHex(std::string(64, 'b'));
  EXPECT_THAT(other->Open(sealed), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(SecretBox, WantsSixtyFourHexDigits) {
  for (const std::string& key :
       {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')}) {
    EXPECT_THAT(SecretBox::FromHex(key), StatusIs(absl::StatusCode::kInvalidArgument)) << key;
  }
}

TEST(Identity, IsDerivedFromTheFactAlone) {
  const std::string event(16, 'e');
  const id::Id notification = NotificationId(event, "desk");
  EXPECT_EQ(16u, notification.size());
  EXPECT_EQ(notification, NotificationId(event, "desk"));
  const auto mail = mamori::v1::DELIVERY_CHANNEL_MAIL;
  std::set<std::string> ids = {
      notification,
      NotificationId(event, "other"),
      NotificationId(std::string(16, 'f'), "desk"),
      DeliveryId(notification, 0, mail, "a@example.com"),
      DeliveryId(notification, 1, mail, "a@example.com"),
      DeliveryId(notification, 0, mamori::v1::DELIVERY_CHANNEL_WEBHOOK, "a@example.com"),
      DeliveryId(notification, 0, mail, "b@example.com"),
  };
  EXPECT_EQ(7u, ids.size());
  EXPECT_EQ(DeliveryId(notification, 0, mail, "a@example.com"),
            DeliveryId(notification, 0, mail, "a@example.com"));
}

}  // namespace
}  // namespace mamori::notification
