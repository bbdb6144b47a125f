#include "services/notification/readers.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <string>

namespace mamori::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> PeopleAt(std::string_view address) {
  mamori::v1::AccessPolicy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(roster { person: "a" mail: "a@x.test" mail: "a2@x.test" }
         roster { person: "b" mail: "b@x.test" }
         roster { person: "c" }
         mailboxes { mail: "desk@x.test" readers: "a" readers: "c" })",
      &policy));
  std::vector<std::string> people;
  for (const auto& entry : ReadersOf(policy, address)) people.push_back(entry.person());
  return people;
}

TEST(ReadersOfTest, KnowsOwnAndSharedAddressesAndNoOthers) {
  EXPECT_THAT(PeopleAt("a@x.test"), ElementsAre("a"));
  EXPECT_THAT(PeopleAt("A2@X.test"), ElementsAre("a"));
  EXPECT_THAT(PeopleAt("desk@x.test"), ElementsAre("a", "c"));
  EXPECT_THAT(PeopleAt("lead@x.test"), IsEmpty());
  EXPECT_THAT(PeopleAt(""), IsEmpty());
}

}  // namespace
}  // namespace mamori::notification
