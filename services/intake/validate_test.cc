#include "services/intake/validate.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "common/id/id.h"
#include "common/status/errors.h"
#include "common/testing/matchers.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;

google::rpc::BadRequest DetailsOf(const absl::Status& status) {
  google::rpc::BadRequest bad;
  const google::rpc::Status proto = status::ToProtoStatus(status, "r");
  for (const auto& detail : proto.details()) {
    if (detail.Is<google::rpc::BadRequest>()) detail.UnpackTo(&bad);
  }
  return bad;
}

std::vector<std::string> WrongFields(const absl::Status& status) {
  std::vector<std::string> fields;
  const google::rpc::BadRequest bad = DetailsOf(status);
  for (const auto& one : bad.field_violations()) fields.push_back(one.field());
  return fields;
}

std::string Characters(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "守";
  return text;
}

struct Row {
  const char* name;
  std::function<void(v1::SubmitReportRequest&)> spoil;
  std::string field;  // empty: still right
};

mamori::v1::Report& R(v1::SubmitReportRequest& request) { return *request.mutable_report(); }

const Row kRows[] = {
    {"nothing", [](auto&) {}, ""},
    {"no_request_id", [](auto& r) { r.clear_request_id(); }, "request_id"},
    {"no_report", [](auto& r) { r.clear_report(); }, "report"},
    {"no_company", [](auto& r) { R(r).clear_company(); }, "report.company"},
    {"upper_case_company", [](auto& r) { R(r).set_company("East"); }, "report.company"},
    {"company_64", [](auto& r) { R(r).set_company(std::string(64, 'a')); }, ""},
    {"company_65", [](auto& r) { R(r).set_company(std::string(65, 'a')); }, "report.company"},
    {"no_kind", [](auto& r) { R(r).clear_kind(); }, "report.kind"},
    {"unknown_kind", [](auto& r) { R(r).set_kind(mamori::v1::ReportKind(77)); }, "report.kind"},
    {"negative_kind", [](auto& r) { R(r).set_kind(mamori::v1::ReportKind(-1)); }, "report.kind"},
    {"no_narrative", [](auto& r) { R(r).clear_narrative(); }, "report.narrative"},
    {"narrative_1", [](auto& r) { R(r).set_narrative("x"); }, ""},
    {"narrative_64k", [](auto& r) { R(r).set_narrative(std::string(65536, 'x')); }, ""},
    {"narrative_64k_and_1", [](auto& r) { R(r).set_narrative(std::string(65537, 'x')); },
     "report.narrative"},
    {"narrative_is_bytes", [](auto& r) { R(r).set_narrative(Characters(21846)); },
     "report.narrative"},
    {"narrative_not_utf8", [](auto& r) { R(r).set_narrative("caf\xe9"); }, "report.narrative"},
    {"narrative_with_nul", [](auto& r) { R(r).set_narrative(std::string("a\0b", 3)); },
     "report.narrative"},
    {"no_language", [](auto& r) { R(r).clear_language(); }, "report.language"},
    {"language_words", [](auto& r) { R(r).set_language("Japanese language"); }, "report.language"},
    {"language_36", [](auto& r) { R(r).set_language("en-12345678-12345678-12345678-123456"); },
     "report.language"},
    {"affected_50",
     [](auto& r) {
       while (R(r).affected_size() < 50) R(r).add_affected()->set_person("p");
     },
     ""},
    {"affected_51",
     [](auto& r) {
       while (R(r).affected_size() < 51) R(r).add_affected()->set_person("p");
     },
     "report.affected"},
    {"affected_without_name", [](auto& r) { R(r).add_affected(); }, "report.affected[1].person"},
    {"affected_200", [](auto& r) { R(r).mutable_affected(0)->set_person(Characters(200)); }, ""},
    {"affected_201", [](auto& r) { R(r).mutable_affected(0)->set_person(Characters(201)); },
     "report.affected[0].person"},
    {"affected_relation_101",
     [](auto& r) { R(r).mutable_affected(0)->set_relation_to_reporter(Characters(101)); },
     "report.affected[0].relation_to_reporter"},
    {"no_actors", [](auto& r) { R(r).clear_actors(); }, ""},
    {"actors_51",
     [](auto& r) {
       while (R(r).actors_size() < 51) *R(r).add_actors() = R(r).actors(0);
     },
     "report.actors"},
    {"actor_without_any_name", [](auto& r) { R(r).mutable_actors(0)->clear_organisation(); },
     "report.actors[0]"},
    {"actor_by_handle",
     [](auto& r) {
       R(r).mutable_actors(0)->clear_organisation();
       R(r).mutable_actors(0)->set_online_handle("@x");
     },
     ""},
    {"actor_without_relation", [](auto& r) { R(r).mutable_actors(0)->clear_relation(); },
     "report.actors[0].relation"},
    {"actor_person_201", [](auto& r) { R(r).mutable_actors(0)->set_person(Characters(201)); },
     "report.actors[0].person"},
    {"actor_handle_201",
     [](auto& r) { R(r).mutable_actors(0)->set_online_handle(Characters(201)); },
     "report.actors[0].online_handle"},
    {"occurrences_101",
     [](auto& r) {
       while (R(r).occurrences_size() < 101) *R(r).add_occurrences() = R(r).occurrences(0);
     },
     "report.occurrences"},
    {"no_start", [](auto& r) { R(r).mutable_occurrences(0)->clear_start_time(); },
     "report.occurrences[0].start_time"},
    {"start_tomorrow",
     [](auto& r) {
       R(r).mutable_occurrences(0)->mutable_start_time()->set_seconds(1'700'086'400);
       R(r).mutable_occurrences(0)->clear_end_time();
     },
     ""},
    {"start_later",
     [](auto& r) {
       R(r).mutable_occurrences(0)->mutable_start_time()->set_seconds(1'700'086'401);
       R(r).mutable_occurrences(0)->clear_end_time();
     },
     "report.occurrences[0].start_time"},
    {"start_before_time",
     [](auto& r) {
       R(r).mutable_occurrences(0)->mutable_start_time()->set_seconds(-62'135'596'801);
     },
     "report.occurrences[0].start_time"},
    {"negative_nanos",
     [](auto& r) { R(r).mutable_occurrences(0)->mutable_start_time()->set_nanos(-1); },
     "report.occurrences[0].start_time"},
    {"end_before_start",
     [](auto& r) { R(r).mutable_occurrences(0)->mutable_end_time()->set_seconds(1'699'989'999); },
     "report.occurrences[0].end_time"},
    {"no_end", [](auto& r) { R(r).mutable_occurrences(0)->clear_end_time(); }, ""},
    {"unknown_channel",
     [](auto& r) { R(r).mutable_occurrences(0)->set_channel(mamori::v1::Channel(99)); },
     "report.occurrences[0].channel"},
    {"place_301", [](auto& r) { R(r).mutable_occurrences(0)->set_place(Characters(301)); },
     "report.occurrences[0].place"},
    {"urls_21",
     [](auto& r) {
       while (R(r).occurrences(0).urls_size() < 21)
         R(r).mutable_occurrences(0)->add_urls("http://a/");
     },
     "report.occurrences[0].urls"},
    {"url_relative", [](auto& r) { R(r).mutable_occurrences(0)->add_urls("/a"); },
     "report.occurrences[0].urls[1]"},
    {"url_2049",
     [](auto& r) { R(r).mutable_occurrences(0)->add_urls("http://a/" + std::string(2040, 'a')); },
     "report.occurrences[0].urls[1]"},
    {"contact_count_negative", [](auto& r) { R(r).set_contact_count(-1); }, "report.contact_count"},
    {"contact_count_100000", [](auto& r) { R(r).set_contact_count(100'000); }, ""},
    {"contact_count_100001", [](auto& r) { R(r).set_contact_count(100'001); },
     "report.contact_count"},
    {"total_minutes_1000001", [](auto& r) { R(r).set_total_minutes(1'000'001); },
     "report.total_minutes"},
    {"keep_out_20",
     [](auto& r) {
       while (R(r).keep_out_size() < 20) R(r).add_keep_out(std::string(200, 'p'));
     },
     ""},
    {"keep_out_21",
     [](auto& r) {
       while (R(r).keep_out_size() < 21) R(r).add_keep_out("p");
     },
     "report.keep_out"},
    {"keep_out_nobody", [](auto& r) { R(r).add_keep_out(""); }, "report.keep_out[0]"},
    {"keep_out_201", [](auto& r) { R(r).add_keep_out(std::string(201, 'p')); },
     "report.keep_out[0]"},
    {"wish_4000", [](auto& r) { R(r).set_wish(Characters(4000)); }, ""},
    {"wish_4001", [](auto& r) { R(r).set_wish(Characters(4001)); }, "report.wish"},
    {"anonymous", [](auto& r) { R(r).clear_reporter(); }, ""},
    {"reporter_without_name", [](auto& r) { R(r).mutable_reporter()->clear_person(); },
     "report.reporter.person"},
    {"reporter_contact_321", [](auto& r) { R(r).mutable_reporter()->set_contact(Characters(321)); },
     "report.reporter.contact"},
    {"reporter_department_201",
     [](auto& r) { R(r).mutable_reporter()->set_department(Characters(201)); },
     "report.reporter.department"},
    {"existing_case_of_another_kind",
     [](auto& r) { R(r).set_existing_case(id::Name("reports", std::string(16, 'a'))); },
     "report.existing_case"},
    {"existing_case",
     [](auto& r) { R(r).set_existing_case(id::Name("cases", std::string(16, 'a'))); }, ""},
    {"output_only_fields_are_ignored",
     [](auto& r) {
       R(r).set_name("anything");
       R(r).mutable_create_time()->set_nanos(-5);
       R(r).add_supplements();
     },
     ""},
};

class ValidateSubmitReportTest : public ::testing::TestWithParam<Row> {};

TEST_P(ValidateSubmitReportTest, NamesTheField) {
  v1::SubmitReportRequest request = GoodSubmit();
  GetParam().spoil(request);
  const absl::Status status = ValidateSubmitReport(request, TestNow());
  if (GetParam().field.empty()) {
    EXPECT_THAT(status, mamori::testing::IsOk());
    return;
  }
  EXPECT_THAT(status, mamori::testing::StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, mamori::testing::HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
  EXPECT_THAT(WrongFields(status), ElementsAre(GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(Rows, ValidateSubmitReportTest, ::testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string(info.param.name); });

// Each field within its limit, and together more than a reader takes in one answer.
TEST(ValidateTest, AReportIsAtMostAMebibyteAltogether) {
  v1::SubmitReportRequest request = GoodSubmit();
  const mamori::v1::Occurrence one = request.report().occurrences(0);
  const std::string url = "http://a/" + std::string(1000, 'a');
  const auto fill = [&](int occurrences) {
    request.mutable_report()->clear_occurrences();
    for (int i = 0; i < occurrences; ++i) {
      auto& next = *request.mutable_report()->add_occurrences();
      next = one;
      next.clear_urls();
      for (int k = 0; k < 20; ++k) next.add_urls(url);
    }
  };
  fill(50);
  EXPECT_THAT(ValidateSubmitReport(request, TestNow()), mamori::testing::IsOk());
  fill(55);
  EXPECT_THAT(WrongFields(ValidateSubmitReport(request, TestNow())), ElementsAre("report"));
}

TEST(ValidateTest, NamesEveryFieldUpToTwentyAndNeverAValue) {
  v1::SubmitReportRequest request = GoodSubmit("SECRET!");
  R(request).set_company("SECRET");
  R(request).set_language("SECRET SECRET");
  for (int i = 0; i < 30; ++i) R(request).mutable_occurrences(0)->add_urls("SECRET");
  for (int i = 1; i < 30; ++i) R(request).add_actors()->set_person("SECRET");
  const absl::Status status = ValidateSubmitReport(request, TestNow());
  EXPECT_EQ(WrongFields(status).size(), 20u);
  EXPECT_EQ(WrongFields(status)[0], "request_id");
  EXPECT_EQ(status.ToString().find("SECRET"), std::string::npos);
  EXPECT_EQ(DetailsOf(status).DebugString().find("SECRET"), std::string::npos);
  const std::string first = DetailsOf(status).field_violations(0).description();
  EXPECT_NE(first.find("want"), std::string::npos) << first;
}

TEST(ValidateTest, Supplement) {
  const std::string name = id::Name("reports", std::string(16, 'a'));
  EXPECT_THAT(ValidateSupplementReport(GoodSupplement(name)), mamori::testing::IsOk());
  v1::SupplementReportRequest request;
  EXPECT_THAT(WrongFields(ValidateSupplementReport(request)),
              ElementsAre("request_id", "name", "supplement"));
  request.mutable_supplement();
  EXPECT_THAT(WrongFields(ValidateSupplementReport(request)),
              ElementsAre("request_id", "name", "supplement.kind", "supplement.text",
                          "supplement.language"));
  request = GoodSupplement(name);
  request.mutable_supplement()->set_text(std::string(65537, 'x'));
  EXPECT_THAT(WrongFields(ValidateSupplementReport(request)), ElementsAre("supplement.text"));
}

TEST(ValidateTest, Contact) {
  EXPECT_THAT(ValidateRecordContact(GoodContact(), TestNow()), mamori::testing::IsOk());
  v1::RecordContactRequest request;
  EXPECT_THAT(WrongFields(ValidateRecordContact(request, TestNow())),
              ElementsAre("request_id", "contact"));
  request.mutable_contact()->set_minutes(10'001);
  request.mutable_contact()->set_report("reports/1");
  request.mutable_contact()->set_demand(Characters(2001));
  EXPECT_THAT(
      WrongFields(ValidateRecordContact(request, TestNow())),
      ElementsAre("request_id", "contact.company", "contact.report", "contact.actor",
                  "contact.start_time", "contact.minutes", "contact.channel", "contact.demand"));
  request = GoodContact();
  request.mutable_contact()->mutable_actor()->clear_online_handle();
  EXPECT_THAT(WrongFields(ValidateRecordContact(request, TestNow())), ElementsAre("contact.actor"));
}

TEST(ValidateTest, Reads) {
  EXPECT_THAT(WrongFields(ValidateGetReport({})), ElementsAre("name"));
  v1::BatchGetReportsRequest batch;
  EXPECT_THAT(WrongFields(ValidateBatchGetReports(batch)), ElementsAre("names"));
  batch.add_names(id::Name("reports", std::string(16, 'a')));
  EXPECT_THAT(ValidateBatchGetReports(batch), mamori::testing::IsOk());
  batch.add_names("reports/x");
  EXPECT_THAT(WrongFields(ValidateBatchGetReports(batch)), ElementsAre("names[1]"));
  v1::ListReportsRequest list;
  EXPECT_THAT(ValidateListReports(list), mamori::testing::IsOk());
  list.set_page_size(100'000);
  EXPECT_THAT(ValidateListReports(list), mamori::testing::IsOk());
  list.set_page_size(-1);
  list.set_company("A");
  list.set_kind(mamori::v1::ReportKind(9));
  EXPECT_THAT(WrongFields(ValidateListReports(list)), ElementsAre("page_size", "company", "kind"));
  v1::ListContactsRequest contacts;
  contacts.set_report("cases/1");
  EXPECT_THAT(WrongFields(ValidateListContacts(contacts)), ElementsAre("report"));
  v1::EchoRequest echo;
  echo.set_payload(std::string(1025, 'x'));
  EXPECT_THAT(WrongFields(ValidateEcho(echo)), ElementsAre("payload"));
}

TEST(ValidateTest, Batches) {
  v1::BatchSubmitReportsRequest batch;
  EXPECT_THAT(WrongFields(ValidateBatchSubmitReports(batch)), ElementsAre("requests"));
  for (int i = 0; i < 500; ++i) batch.add_requests();
  EXPECT_THAT(ValidateBatchSubmitReports(batch), mamori::testing::IsOk());
  batch.add_requests();
  EXPECT_THAT(ValidateBatchSubmitReports(batch), Not(mamori::testing::IsOk()));
  batch.clear_requests();
  const std::string narrative((4 << 20) - 24, 'n');
  batch.add_requests()->mutable_report()->set_narrative(narrative);
  EXPECT_THAT(ValidateBatchSubmitReports(batch), mamori::testing::IsOk());
  batch.mutable_requests(0)->mutable_report()->set_narrative(narrative + std::string(24, 'n'));
  EXPECT_THAT(WrongFields(ValidateBatchSubmitReports(batch)), ElementsAre("requests"));
}

}  // namespace
}  // namespace mamori::intake
