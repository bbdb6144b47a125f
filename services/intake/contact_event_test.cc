// What leaves intake when a contact is recorded, on a real database.
#include <gmock/gmock.h>

#include <string>

#include "common/audit/test_journal.h"
#include "common/id/id.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/intake/records.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using testing::IsOk;
using ::testing::SizeIs;

class ContactEventTest : public ::testing::Test {
 protected:
  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  SqlIntakeStore store_{database_.transactor(), clock_, journal_};
  id::RandomIdSource ids_;
};

TEST_F(ContactEventTest, AContactIsToldWithoutItsContent) {
  auto request = GoodContact();
  request.mutable_contact()->mutable_actor()->set_organisation("Canary Ltd");
  request.mutable_contact()->set_demand("a canary's demand");
  const auto contact =
      MakeTestContact(TestCall(), request, {ids_.NewId(), ids_.NewId()}, TestNow());
  ASSERT_THAT(store_.AddContact(contact, absl::InfiniteFuture()), IsOk());
  ASSERT_THAT(store_.AddContact(contact, absl::InfiniteFuture()), IsOk()) << "the same again";
  const auto rows = database_.Query("SELECT event FROM outbox", {});
  ASSERT_THAT(rows, SizeIs(1));
  mamori::v1::Event event;
  ASSERT_TRUE(event.ParseFromString(rows[0].GetBytes(0)));
  EXPECT_EQ(event.subject_id(), contact.contact_id);
  EXPECT_EQ(event.subject_sequence(), 1);
  EXPECT_EQ(event.contact_recorded().minutes(), request.contact().minutes());
  EXPECT_EQ(rows[0].GetBytes(0).find("anary"), std::string::npos);
}

}  // namespace
}  // namespace mamori::intake
