#include "services/intake/uncased_access.h"

#include <gtest/gtest.h>

namespace mamori::intake {
namespace {

using authz::Action;
using authz::Role;
using authz::Viewer;

TEST(MayUseUncasedTest, Decides) {
  struct Case {
    const char* name;
    Viewer viewer;
    mamori::v1::ReportKind kind;
    bool read;
    bool supplement;
  };
  const auto customer = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
  const auto internal = mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT;
  const auto consultation = mamori::v1::REPORT_KIND_CONSULTATION;
  const Viewer reader{"t", "p", {Role::kFirstReader}, "care"};
  const Viewer desk{"t", "p", {Role::kDesk}, "care"};
  const Viewer counsel{"t", "p", {Role::kConsultation}, "care"};
  const Viewer reporter{"t", "p", {}, ""};
  const Case kCases[] = {
      {"first reader", reader, customer, true, true},
      {"first reader, internal", reader, internal, true, true},
      {"first reader, consultation", reader, consultation, false, true},
      {"consultation desk", counsel, consultation, true, true},
      {"consultation desk, internal", counsel, internal, false, true},
      {"desk", desk, customer, false, true},
      {"no role", reporter, customer, false, true},
      {"kept out", {"t", "kept-out", {Role::kFirstReader}, "care"}, customer, false, false},
      {"nobody", {"t", "", {Role::kFirstReader}, "care"}, customer, false, false},
      {"other tenant", {"u", "p", {Role::kFirstReader}, "care"}, customer, false, false},
      {"administrator", {"t", "p", {Role::kAdmin}, ""}, customer, false, true},
  };
  for (const Case& c : kCases) {
    mamori::v1::Report report;
    report.set_kind(c.kind);
    report.add_keep_out("kept-out");
    EXPECT_EQ(MayUseUncased(c.viewer, Action::kRead, "t", report), c.read) << c.name;
    EXPECT_EQ(MayUseUncased(c.viewer, Action::kSupplement, "t", report), c.supplement) << c.name;
  }
}

}  // namespace
}  // namespace mamori::intake
