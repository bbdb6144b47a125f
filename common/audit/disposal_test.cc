// What was disposed of is rightly gone: then, and no other rows and not without its entry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "common/audit/test_service.h"

namespace mamori::audit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DisposedTest : public ::testing::Test {
 protected:
  DisposedTest() : reports_(service_.Submit(2, 2)) {
    for (const id::Id& report : reports_) Contact(report);
    service_.Settle();
  }

  void Run(const std::function<absl::Status(db::Tx&)>& body) {
    EXPECT_THAT(service_.database_.transactor().Run({}, body), testing::IsOk());
  }
  void Contact(const id::Id& report) {
    const id::Id contact = service_.ids_.NewId();
    const Service::Content content = service_.SealContact(contact);
    Run([&](db::Tx& tx) -> absl::Status {
      const auto group = service_.journal_.Begin(tx, {{.kind = Kind::kContact,
                                                       .resource_id = contact,
                                                       .tenant = "t",
                                                       .action = "RecordContact",
                                                       .who = {"portal", "p"},
                                                       .commitment = content.commitment,
                                                       .cause_kind = Kind::kReport,
                                                       .cause_id = report}});
      if (!group.ok()) return group.status();
      return tx.ExecuteExpecting(
          1,
          "INSERT INTO contact (tenant, create_time, contact_id, company, report_id, start_time,"
          " body) VALUES ('t', ?, ?, 'c', ?, ?, ?)",
          db::Params()
              .Add(service_.clock_.Now())
              .Add(contact)
              .Add(report)
              .Add(service_.clock_.Now())
              .Add(content.body));
    });
  }
  // As intake does; each step can be left out.
  void Dispose(const id::Id& report, bool entry, bool supplements = true, bool contacts = true) {
    const std::string first = service_.database_
                                  .Query("SELECT audit_first FROM report WHERE report_id = ?",
                                         db::Params().Add(report))[0]
                                  .GetBytes(0);
    if (contacts) Delete("contact", report);
    if (supplements) Delete("supplement", report);
    Delete("report", report);
    if (!entry) return;
    Run([&](db::Tx& tx) {
      return service_.journal_.Append(tx,
                                      {.kind = Kind::kReport,
                                       .resource_id = report,
                                       .tenant = "t",
                                       .action = kDisposeReport,
                                       .who = {"triage", ""}},
                                      first);
    });
    service_.Settle();
  }
  void Delete(const std::string& table, const id::Id& report) {
    service_.database_.Execute("DELETE FROM " + table + " WHERE report_id = ?",
                               db::Params().Add(report));
  }

  Service service_{"intake"};
  const std::vector<id::Id> reports_;
};

TEST_F(DisposedTest, WithItsEntryAllIsWell) {
  ASSERT_THAT(service_.Verify().findings, IsEmpty());
  Dispose(reports_[0], true);
  EXPECT_THAT(service_.Verify().findings, IsEmpty());
}

TEST_F(DisposedTest, WithoutItsEntryItIsMissing) {
  Dispose(reports_[0], false);
  EXPECT_THAT(service_.Verify().findings, Contains(HasSubstr("missing or changed")));
}

TEST_F(DisposedTest, AContactAloneIsMissing) {
  Dispose(reports_[0], true);
  Delete("contact", reports_[1]);
  EXPECT_THAT(service_.Verify().findings, Contains(HasSubstr("missing or changed")));
}

TEST_F(DisposedTest, WhatStayedAlthoughItWasToGoIsFound) {
  Dispose(reports_[0], true, /*supplements=*/false);
  EXPECT_THAT(service_.Verify().findings,
              Contains(HasSubstr("a row whose content is not what the audit tells of")));
}

}  // namespace
}  // namespace mamori::audit
