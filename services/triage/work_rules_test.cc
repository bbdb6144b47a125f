// What requests about the work on a case are refused, and in which states it is done.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"
#include "services/triage/fact_finding_rules.h"
#include "services/triage/measure_rules.h"
#include "services/triage/work_name.h"
#include "services/triage/work_state_rules.h"

namespace mamori::triage {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr char kCase[] = "cases/00000000000000000000000000";
constexpr char kOther[] = "cases/00000000000000000000000004";
constexpr char kId[] = "00000000000000000000000000";

std::string Under(const char* of_case, const char* collection) {
  return absl::StrCat(of_case, "/", collection, "/", kId);
}

template <typename Request>
Request Parse(const std::string& fields, const std::string& name) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("request_id: 'request-1' name: '", name, "' ", fields), &request))
      << fields;
  return request;
}

template <typename Request>
void ExpectWrong(const std::string& fields, const std::string& name, const std::string& path) {
  const absl::Status status = Validate(Parse<Request>(fields, name));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << fields;
  EXPECT_THAT(std::string(status.message()), HasSubstr(path)) << fields;
}

const std::string& Sha() {
  static const std::string* const sha = new std::string(32, 'x');
  return *sha;
}

TEST(WorkNameTest, TakesExactlyTheNamesThatItGives) {
  const id::Id id(16, '\1');
  const std::string name = NameOfWork("measures", id, id);
  EXPECT_EQ(ParseWorkName("measures", name)->record_id, id);
  for (const std::string& wrong :
       {std::string(), std::string(kCase), name + "/", name + "/x", "x" + name, "cases/" + name,
        NameOfWork("findings", id, id), std::string("cases//measures/"), std::string("/"),
        std::string("//")}) {
    EXPECT_FALSE(ParseWorkName("measures", wrong).ok()) << wrong;
  }
}

TEST(WorkRulesTest, StatementsSayWhoWhenHowAndByWhom) {
  const std::string good =
      "statement { kind: STATEMENT_KIND_INTERVIEW role: STATEMENT_ROLE_WITNESS"
      " form: STATEMENT_FORM_VERBATIM person: 'p' text: 't' take_time { seconds: 1 }";
  using Request = v1::RecordStatementRequest;
  EXPECT_THAT(Validate(Parse<Request>(good + "}", kCase)), IsOk());
  ExpectWrong<Request>(good + "taker: 'p' }", kCase, "statement.taker");
  ExpectWrong<Request>(good + "corrects: 'statements/x' }", kCase, "statement.corrects");
  Request wrong = Parse<Request>(good + "}", kCase);
  wrong.mutable_statement()->set_kind(static_cast<v1::StatementKind>(9));
  EXPECT_THAT(std::string(Validate(wrong).message()), HasSubstr("statement.kind"));
  wrong = Parse<Request>(good + "}", kCase);
  wrong.mutable_statement()->mutable_take_time()->set_nanos(-1);
  EXPECT_THAT(std::string(Validate(wrong).message()), HasSubstr("statement.take_time"));
  ExpectWrong<Request>(good + "}", Under(kCase, "statements"), "name");
  for (const char* field : {"kind", "role", "form", "person", "text", "take_time"}) {
    Request request = Parse<Request>(good + "}", kCase);
    const auto* descriptor = v1::Statement::descriptor()->FindFieldByName(field);
    v1::Statement::GetReflection()->ClearField(request.mutable_statement(), descriptor);
    EXPECT_THAT(std::string(Validate(request).message()), HasSubstr(field)) << field;
  }
}

TEST(WorkRulesTest, AFindingHasSourcesAndEvidenceItsDigest) {
  using Request = v1::RecordFindingRequest;
  const std::string good = "finding { text: 't' outcome: FACT_OUTCOME_NOT ";
  const std::string report = absl::StrCat("sources { resource: 'reports/", kId, "' }");
  EXPECT_THAT(Validate(Parse<Request>(good + report + "}", kCase)), IsOk());
  ExpectWrong<Request>(good + "}", kCase, "finding.sources");
  ExpectWrong<Request>(good + "sources { resource: 'a file' } }", kCase,
                       "finding.sources[0].sha256");
  ExpectWrong<Request>(good + "sources { sha256: '" + Sha() + "' } }", kCase,
                       "finding.sources[0].resource");
  ExpectWrong<Request>("finding { text: 't' " + report + "}", kCase, "finding.outcome");
  ExpectWrong<Request>("finding { outcome: FACT_OUTCOME_NOT " + report + "}", kCase,
                       "finding.text");
  std::string many = good;
  for (int i = 0; i < 51; ++i) many += report;
  ExpectWrong<Request>(many + "}", kCase, "finding.sources");
}

TEST(WorkRulesTest, AMeasureCitesItsOwnCaseAndAnswersEachQuestionOnce) {
  using Request = v1::ProposeMeasureRequest;
  const std::string good = "measure { measure: 'WARNING' text: 't' ";
  const std::string finding = absl::StrCat("findings: '", Under(kCase, "findings"), "' ");
  EXPECT_THAT(Validate(Parse<Request>(good + finding + "}", kCase)), IsOk());
  ExpectWrong<Request>(good + finding + finding + "}", kCase, "measure.findings[1]");
  ExpectWrong<Request>(good + absl::StrCat("findings: '", Under(kOther, "findings"), "' }"), kCase,
                       "measure.findings[0]");
  ExpectWrong<Request>("measure { measure: 'WARNING' }", kCase, "measure.text");
  ExpectWrong<Request>("measure { text: 't' }", kCase, "measure.measure");
  ExpectWrong<Request>(good + "evidence { resource: 'e' sha256: 'short' } }", kCase,
                       "measure.evidence[0].sha256");
  ExpectWrong<Request>(good + "guard_answers { question: 'q' } guard_answers { question: 'q' } }",
                       kCase, "measure.guard_answers[1].question");
  ExpectWrong<Request>(good + "guard_answers { question: 'q' days: -1 } }", kCase,
                       "measure.guard_answers[0].days");
}

TEST(WorkRulesTest, AnApprovalSaysWhatItApproves) {
  using Request = v1::ApproveMeasureRequest;
  const std::string name = Under(kCase, "measures");
  const std::string digest(64, 'a');
  EXPECT_THAT(Validate(Parse<Request>("digest: '" + digest + "'", name)), IsOk());
  ExpectWrong<Request>("", name, "digest");
  ExpectWrong<Request>("digest: '" + digest + "'", kCase, "name");
}

TEST(WorkRulesTest, AnOutcomeSaysWithWhomWhenAndWhatComesNext) {
  using Request = v1::RecordMeasureOutcomeRequest;
  const std::string name = Under(kCase, "measures");
  EXPECT_THAT(Validate(Parse<Request>("outcome { contact_person: 'c' next_action: 'n'"
                                      " carry_out_time { seconds: 1 } }",
                                      name)),
              IsOk());
  ExpectWrong<Request>("outcome { next_action: 'n' carry_out_time { seconds: 1 } }", name,
                       "outcome.contact_person");
  ExpectWrong<Request>("outcome { contact_person: 'c' carry_out_time { seconds: 1 } }", name,
                       "outcome.next_action");
  ExpectWrong<Request>("outcome { contact_person: 'c' next_action: 'n' }", name,
                       "outcome.carry_out_time");
}

TEST(WorkRulesTest, AConclusionNeedsAFindingThatSupportsIt) {
  using enum_t = v1::FactOutcome;
  const enum_t yes = v1::FACT_OUTCOME_SUBSTANTIATED, partly = v1::FACT_OUTCOME_PARTLY,
               no = v1::FACT_OUTCOME_NOT, unknown = v1::FACT_OUTCOME_UNDETERMINED;
  struct Row {
    std::vector<enum_t> findings;
    bool supports_yes, supports_partly, supports_no;
  };
  for (const Row& row : {Row{{}, false, false, false}, Row{{yes}, true, true, false},
                         Row{{partly}, true, true, false}, Row{{no}, false, false, true},
                         Row{{unknown}, false, false, false}, Row{{yes, no}, true, true, false},
                         Row{{partly, no}, true, true, true}}) {
    EXPECT_EQ(Supports(row.findings, yes), row.supports_yes);
    EXPECT_EQ(Supports(row.findings, partly), row.supports_partly);
    EXPECT_EQ(Supports(row.findings, no), row.supports_no);
    EXPECT_TRUE(Supports(row.findings, unknown));
    EXPECT_FALSE(Supports(row.findings, v1::FACT_OUTCOME_UNSPECIFIED));
  }
}

TEST(WorkStateTest, EveryStateAndVerbIsDecided) {
  using namespace mamori::v1;
  struct Row {
    CaseState state;
    bool inquire, measure, review, care, task, owed;
  };
  constexpr Row kRows[] = {
      {CASE_STATE_UNSPECIFIED, false, false, false, false, false, false},
      {CASE_STATE_RECEIVED, true, false, false, true, true, true},
      {CASE_STATE_TRIAGED, true, true, true, true, true, true},
      {CASE_STATE_INVESTIGATING, true, true, true, true, true, true},
      {CASE_STATE_DECIDING, true, true, true, true, true, true},
      {CASE_STATE_ACTING, true, true, true, true, true, true},
      {CASE_STATE_MONITORING, true, true, true, true, true, true},
      {CASE_STATE_CLOSED, false, false, true, true, false, true},
      {CASE_STATE_WITHDRAWN, false, false, true, true, false, true},
      {CASE_STATE_MERGED, false, false, false, false, false, true},
      {CASE_STATE_CONSULTING, false, false, false, true, true, true},
      {CASE_STATE_DISPOSED, false, false, false, false, false, false},
  };
  EXPECT_EQ(std::size(kRows), static_cast<size_t>(CaseState_descriptor()->value_count()));
  for (const Row& row : kRows) {
    EXPECT_EQ(Allows(row.state, WorkVerb::kInquire), row.inquire) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kMeasure), row.measure) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kReview), row.review) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kJudge), row.measure) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kPrevent), row.review) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kCare), row.care) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kTask), row.task) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kEndTask), row.care) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kOwed), row.owed) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kDisclose), row.care) << row.state;
    EXPECT_EQ(Allows(row.state, WorkVerb::kLeak), row.care) << row.state;
  }
}

TEST(WorkRulesTest, WhatAMeasureCitesAndAnswersIsNamedAndFew) {
  using Request = v1::ProposeMeasureRequest;
  const std::string good = "measure { measure: 'WARNING' text: 't' ";
  const auto evidence = [](const std::string& resource) {
    return absl::StrCat("evidence { resource: '", resource, "' sha256: '", Sha(), "' } ");
  };
  const auto answer = [](const std::string& question, const std::string& fields = "") {
    return absl::StrCat("guard_answers { question: '", question, "' ", fields, "} ");
  };
  const auto ok = [&](const std::string& fields) {
    EXPECT_THAT(Validate(Parse<Request>(good + fields + "}", kCase)), IsOk()) << fields;
  };
  const auto wrong = [&](const std::string& fields, const std::string& path) {
    ExpectWrong<Request>(good + fields + "}", kCase, path);
  };
  ok(evidence(std::string(500, 'e')) + answer(std::string(64, 'q'), "days: 3660"));
  ok(answer("q", absl::StrCat("days: 0 text: '", std::string(4 << 10, 't'), "' ")));
  wrong(evidence(""), "measure.evidence[0].resource");
  wrong(evidence(std::string(501, 'e')), "measure.evidence[0].resource");
  wrong(answer(""), "measure.guard_answers[0].question");
  wrong(answer(std::string(65, 'q')), "measure.guard_answers[0].question");
  wrong(answer("q", "days: 3661 "), "measure.guard_answers[0].days");
  wrong(answer("q", absl::StrCat("text: '", std::string((4 << 10) + 1, 't'), "' ")),
        "measure.guard_answers[0].text");
  wrong("findings: 'x' ", "measure.findings[0]");
  std::string answers, all_evidence, findings;
  for (int i = 0; i < 50; ++i) {
    if (i < 20) answers += answer(absl::StrCat("q", i));
    all_evidence += evidence("e");
    absl::StrAppend(&findings, "findings: '",
                    NameOfWork("findings", id::Id(16, '\0'), id::Id(16, static_cast<char>(i + 1))),
                    "' ");
  }
  ok(answers + all_evidence + findings);
  wrong(answers + answer("one more"), "measure.guard_answers");
  wrong(all_evidence + evidence("e"), "measure.evidence");
  wrong(absl::StrCat(findings, "findings: '", Under(kCase, "findings"), "' "), "measure.findings");
}

}  // namespace
}  // namespace mamori::triage
