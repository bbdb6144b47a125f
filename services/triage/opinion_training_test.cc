// Training from confirmed cases, as an act of two persons, on a real database.
#include "services/triage/opinion_training.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "common/policy/check_opinion.h"
#include "google/rpc/error_details.pb.h"
#include "services/triage/judgements.h"
#include "services/triage/sql_opinion_store.h"
#include "services/triage/test_guarded_fixture.h"

namespace mamori::triage {
namespace {

using testing::EqualsProto;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

// Each form in which it may be written differs from the others.
constexpr char kCanary[] = "Kanarienvogel\u00c4\uff31\u5b88\u308b";

std::vector<std::string> DataFiles(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) {
    files.push_back(
        absl::StrCat(testing::SourceRoot(), "/services/triage/testdata/", name, ".jsonl"));
  }
  return files;
}

class OpinionTrainingTest : public GuardedFixture {
 protected:
  OpinionTrainingTest()
      : casework_({work_store_, case_store_, gate_, assessors_, clock_, ids_, [] {}, tokens_}),
        judgements_(casework_),
        store_(database_.transactor(), clock_, guarded_seal_, keys_.sealer(), marks_),
        opinions_(store_, fake_),
        training_({store_, work_store_, source_, assessors_, opinions_, fake_,
                   DataFiles({"further_b", "further_d"})}),
        reading_({ingest_store_,
                  gate_,
                  source_,
                  contacts_,
                  assessors_,
                  memory_,
                  clock_,
                  ids_,
                  {},
                  [] {},
                  nullptr,
                  &opinions_}) {
    EXPECT_THAT(assessors_.Current(), IsOk());
    policy_ = PolicyName(DefaultPolicy()->digest);
  }

  // A report of a sample's words, with the canary in it.
  mamori::v1::Event ReceiveSample(const policy::Sample& sample) {
    mamori::v1::Event event = Receive("", sample.report.kind());
    mamori::v1::Report& report = source_.reports[{"t", event.subject_id()}];
    const std::string name = report.name();
    report = sample.report;
    report.set_name(name);
    report.set_company("acme");
    report.set_narrative(sample.report.narrative() + " " + kCanary);
    return event;
  }

  std::vector<mamori::v1::Event> ReceiveAll(const std::vector<policy::Sample>& samples) {
    std::vector<mamori::v1::Event> events;
    for (const policy::Sample& one : samples) events.push_back(ReceiveSample(one));
    for (const absl::Status& status : Apply(events)) EXPECT_THAT(status, IsOk());
    return events;
  }

  // Nobody of ours is meant by whom the report tells of.
  void MatchNobody(const server::CallContext& call, const std::string& name) {
    v1::GetAccessRequest get;
    get.set_name(name);
    const auto access = access_.Get(call, get);
    ASSERT_THAT(access, IsOk());
    for (const auto& slot : access->slots()) {
      auto match = Verb<v1::MatchActorRequest>(name);
      match.set_slot(slot.name());
      match.set_closed(true);
      ASSERT_THAT(access_.Match(call, match), IsOk());
    }
  }

  void Judge(const std::string& report, bool harassment) {
    v1::GetCaseRequest get;
    get.set_name(report);
    const auto judge = As("a", {"consultation", "desk", "first_reader"});
    const auto found = cases_.Get(judge, get);
    ASSERT_THAT(found, IsOk());
    auto triage = Verb<v1::TriageCaseRequest>(found->name());
    triage.set_severity(mamori::v1::SEVERITY_MEDIUM);
    ASSERT_THAT(cases_.Triage(judge, triage), IsOk());
    MatchNobody(judge, found->name());
    auto request = Verb<v1::JudgeCaseRequest>(found->name());
    v1::Judgement& judgement = *request.mutable_judgement();
    judgement.set_verdict(harassment ? v1::VERDICT_HARASSMENT : v1::VERDICT_LEGITIMATE_COMPLAINT);
    if (harassment) {
      judgement.set_demand(v1::DEMAND_VALIDITY_NOT);
      judgement.set_demand_reason("r");
      judgement.set_means(v1::MEANS_ACCEPTABILITY_UNACCEPTABLE);
      judgement.set_means_reason("r");
      judgement.set_complaint_answer("more than a complaint");
      judgement.set_accommodation(v1::ACCOMMODATION_REQUEST_NONE);
      judgement.add_categories("INTIMIDATION_VIOLENCE");
    }
    ASSERT_THAT(judgements_.Judge(judge, request), IsOk());
  }

  // Confirmed as their labels say; at most `limit`.
  void Confirm(const std::vector<std::string>& files, size_t limit = 1000) {
    auto samples = ReadSamples(DataFiles(files));
    ASSERT_THAT(samples, IsOk());
    if (samples->size() > limit) samples->resize(limit);
    const auto events = ReceiveAll(*samples);
    for (size_t i = 0; i < events.size(); ++i) {
      Judge(id::Name("reports", events[i].subject_id()), !(*samples)[i].labels.empty());
    }
  }

  v1::TwoPersonAct ApprovedTraining() {
    v1::TwoPersonAct act = Approved(Ask(v1::ACT_KIND_TRAIN_OPINION, policy_));
    WaitOver();
    return act;
  }
  absl::StatusOr<v1::Opinion> Train(const v1::TwoPersonAct& act, const std::string& person = "a") {
    auto request = Verb<v1::TrainOpinionRequest>(policy_);
    request.set_act(act.name());
    return training_.Train(As(person), request);
  }
  v1::Opinion InForce() {
    const auto opinion = training_.Get(As("a"), {});
    EXPECT_THAT(opinion, IsOk());
    return opinion.ok() ? *opinion : v1::Opinion();
  }
  int64_t StoredModels() {
    return database_.Query("SELECT COUNT(*) FROM opinion_model", {})[0].GetInt64(0);
  }
  std::string ModelOf(const id::Id& report_id) {
    const auto versions = store_.VersionsOf("t", {report_id}, Deadline());
    EXPECT_THAT(versions, IsOk());
    const auto it = versions->find(report_id);
    return it == versions->end() ? "" : it->second;
  }

  Casework casework_;
  Judgements judgements_;
  SqlOpinionStore store_;
  Opinions opinions_;
  OpinionTraining training_;
  Ingest reading_;
  std::string policy_;
};

// "FILE: FORM" of the forms that sealing_test.py looks for, one a line.
std::string SearchCanary(const std::string& bytes) {
  const std::string file = ::testing::TempDir() + "/opinion_model.bin";
  std::ofstream(file, std::ios::binary) << bytes;
  const std::string command =
      absl::StrCat("cd ", testing::SourceRoot(),
                   "/tests && python3 -c \"from harness import canary; print('\\n'"
                   ".join(canary.search(['",
                   file, "'], '", kCanary, "')[0]))\"");
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  char buffer[512];
  while (pipe != nullptr && fgets(buffer, sizeof(buffer), pipe) != nullptr) output += buffer;
  EXPECT_EQ(pclose(pipe), 0);
  return output;
}

TEST_F(OpinionTrainingTest, TwoPersonsTrainANewVersionForAllReplicas) {
  Confirm({"dev", "further_a", "further_c", "further_e"});
  const v1::Opinion before = InForce();
  EXPECT_EQ(before.version(), DefaultPolicy()->digest);
  const auto request = Ask(v1::ACT_KIND_TRAIN_OPINION, policy_);
  const auto asked = acts_.Request(As("a"), request);
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Train(*asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY)) << "one is not two";
  ASSERT_THAT(Approve("b", *asked), IsOk());
  EXPECT_THAT(Train(*asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY)) << "its wait";
  WaitOver();
  EXPECT_THAT(Train(*asked, "c"), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  EXPECT_EQ(StoredModels(), 0);

  // A report that was assessed before.
  const auto old = ReceiveSample(ReadSamples(DataFiles({"dev"}))->front());
  ASSERT_THAT(reading_.Apply({&old}, "intake", Deadline())[0], IsOk());
  EXPECT_EQ(ModelOf(old.subject_id()), before.version());

  auto train = Verb<v1::TrainOpinionRequest>(policy_);
  train.set_act(asked->name());
  const auto trained = training_.Train(As("b"), train);
  ASSERT_THAT(trained, IsOk());
  EXPECT_THAT(*training_.Train(As("b"), train), EqualsProto(*trained)) << "sent again";
  EXPECT_THAT(Train(*asked), Not(IsOk())) << "used";
  EXPECT_EQ(StoredModels(), 1);
  EXPECT_EQ(trained->version().size(), 64u);
  EXPECT_EQ(trained->act(), asked->name());
  EXPECT_GT(trained->model().examples(), 300);
  EXPECT_THAT(InForce(), EqualsProto(*trained));
  v1::GetOpinionRequest get;
  get.set_version(trained->version());
  EXPECT_THAT(*training_.Get(As("a"), get), EqualsProto(*trained));
  EXPECT_THAT(policy::CheckModel(DefaultPolicy()->policy, trained->model()), IsEmpty());

  // New reports are read by it, in each replica; the old one keeps its own when it is read anew.
  Opinions replica(store_, fake_);
  const auto assessor = *assessors_.Current();
  EXPECT_EQ((*replica.InForce("t", assessor))->version(), trained->version());
  EXPECT_EQ((*replica.InForce("other", assessor))->version(), before.version());
  EXPECT_EQ((*replica.Get("t", assessor, ModelOf(old.subject_id())))->version(), before.version());
  const auto fresh = ReceiveSample(ReadSamples(DataFiles({"dev"}))->front());
  ASSERT_THAT(reading_.Apply({&fresh}, "intake", Deadline())[0], IsOk());
  EXPECT_EQ(ModelOf(fresh.subject_id()), trained->version());
  for (const auto& [event, version] :
       {std::pair(&old, before.version()), std::pair(&fresh, trained->version())}) {
    auto supplement = MakeEvent("intake", "t", event->subject_id(), 2);
    supplement.mutable_report_supplemented();
    source_.reports[{"t", event->subject_id()}].add_supplements()->set_text("more");
    ASSERT_THAT(reading_.Apply({&supplement}, "intake", Deadline())[0], IsOk());
    EXPECT_EQ(ModelOf(event->subject_id()), version);
  }

  // Every case has the canary in it.
  EXPECT_THAT(SearchCanary(absl::StrCat("x", kCanary)), Not(IsEmpty()));
  std::string stored;
  for (const db::Row& row : database_.Query("SELECT model FROM opinion_model", {})) {
    stored += row.GetBytes(0);
  }
  EXPECT_GT(stored.size(), 1000u);
  EXPECT_EQ(SearchCanary(stored), "\n");
}

// "30 cases, 22 harassment": of how many it would have learnt.
std::string ReadOf(const absl::StatusOr<v1::Opinion>& refused) {
  const auto payload = refused.status()
                           .GetPayload("type.googleapis.com/google.rpc.ErrorInfo")
                           .value_or(absl::Cord());
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(info.ParseFromString(std::string(payload)));
  const auto of = [&](const char* key) {
    const auto it = info.metadata().find(key);
    return it == info.metadata().end() ? std::string("?") : it->second;
  };
  return absl::StrCat(of("cases"), " cases, ", of("harassment"), " harassment");
}

// One more of them all, and it would tell.
TEST_F(OpinionTrainingTest, ReadsOnlyWhatItMay) {
  Confirm({"dev"}, 30);
  const auto samples = *ReadSamples(DataFiles({"further_a"}));
  std::vector<mamori::v1::Event> unfit;
  for (size_t i = 0; i < 30; ++i) {
    mamori::v1::Event& event = unfit.emplace_back(ReceiveSample(samples[i]));
    if (i % 3 > 0) continue;
    // The case is one with an anonymous report.
    event.set_anonymous(true);
  }
  for (const absl::Status& status : Apply(unfit)) EXPECT_THAT(status, IsOk());
  for (size_t i = 0; i < unfit.size(); ++i) {
    mamori::v1::Report& report = source_.reports[{"t", unfit[i].subject_id()}];
    if (i % 3 == 1) report.set_withdrawn(true);
    if (i % 3 == 2) report.set_reporter_mode(mamori::v1::REPORTER_MODE_ANONYMOUS);
    Judge(id::Name("reports", unfit[i].subject_id()), !samples[i].labels.empty());
  }
  // Nobody has judged these.
  ReceiveAll({samples.begin(), samples.begin() + 20});
  const auto trained = Train(ApprovedTraining());
  EXPECT_THAT(trained, HasReason(mamori::v1::ERROR_REASON_TOO_FEW_CASES));
  EXPECT_EQ(ReadOf(trained), "30 cases, 22 harassment");
  EXPECT_EQ(StoredModels(), 0);
}

TEST_F(OpinionTrainingTest, TooFewCasesTeachNothingAndUseNoActUp) {
  // One case fewer than is needed, of either kind enough.
  const auto samples = *ReadSamples(DataFiles({"dev", "further_a"}));
  std::vector<policy::Sample> some;
  int harassment = 0, none = 0;
  for (const policy::Sample& one : samples) {
    int& of_kind = one.labels.empty() ? none : harassment;
    if (of_kind == (one.labels.empty() ? 10 : 29)) continue;
    ++of_kind;
    some.push_back(one);
  }
  ASSERT_EQ(some.size(), 39u);
  const auto events = ReceiveAll(some);
  for (size_t i = 0; i < events.size(); ++i) {
    Judge(id::Name("reports", events[i].subject_id()), !some[i].labels.empty());
  }
  const auto act = ApprovedTraining();
  const auto refused = Train(act);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_TOO_FEW_CASES));
  EXPECT_EQ(ReadOf(refused), "39 cases, 29 harassment");
  EXPECT_EQ(StoredModels(), 0);
  v1::GetActRequest get;
  get.set_name(act.name());
  EXPECT_EQ(acts_.Get(As("a"), get)->state(), v1::ACT_STATE_APPROVED);
}

TEST_F(OpinionTrainingTest, IsRefusedBelowTheFloors) {
  // People who judge at random teach nonsense.
  const auto samples = *ReadSamples(DataFiles({"dev", "further_a"}));
  const auto events = ReceiveAll({samples.begin(), samples.begin() + 80});
  for (size_t i = 0; i < events.size(); ++i) {
    Judge(id::Name("reports", events[i].subject_id()), samples[i].labels.empty());
  }
  EXPECT_THAT(Train(ApprovedTraining()), HasReason(mamori::v1::ERROR_REASON_OPINION_BELOW_FLOORS));
  EXPECT_EQ(StoredModels(), 0);
  EXPECT_EQ(InForce().version(), DefaultPolicy()->digest);
}

TEST_F(OpinionTrainingTest, IsForItsRolesAlone) {
  for (const char* const role : {"desk", "consultation", "executive", "auditor", ""}) {
    EXPECT_THAT(acts_.Request(As("x", {role}), Ask(v1::ACT_KIND_TRAIN_OPINION, policy_)),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << role;
    EXPECT_THAT(training_.Get(As("x", {role}), {}), StatusIs(absl::StatusCode::kPermissionDenied));
    auto request = Verb<v1::TrainOpinionRequest>(policy_);
    request.set_act(id::Name("acts", ids_.NewId()));
    EXPECT_THAT(training_.Train(As("x", {role}), request),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
  const std::string unknown = id::Name("policies", ids_.NewId());
  EXPECT_THAT(acts_.Request(As("a"), Ask(v1::ACT_KIND_TRAIN_OPINION, unknown)),
              StatusIs(absl::StatusCode::kNotFound));
  v1::GetOpinionRequest get;
  get.set_version(std::string(64, 'a'));
  EXPECT_THAT(training_.Get(As("a"), get), StatusIs(absl::StatusCode::kNotFound));
  get.set_version("latest");
  EXPECT_THAT(training_.Get(As("a"), get), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(OpinionTrainingTest, AnActForAnOlderModelIsNoActForTheNext) {
  Confirm({"dev", "further_a", "further_c", "further_e"});
  const auto first = ApprovedTraining();
  const auto second = Approved(Ask(v1::ACT_KIND_TRAIN_OPINION, policy_));
  WaitOver();
  ASSERT_THAT(Train(first), IsOk());
  EXPECT_THAT(Train(second), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  EXPECT_EQ(StoredModels(), 1);
}

}  // namespace
}  // namespace mamori::triage
