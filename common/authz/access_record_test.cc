#include "common/authz/access_record.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/authz/access_rules.h"

namespace mamori::authz {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

class AccessRecord : public ::testing::Test {
 protected:
  v1::CaseAccess Open(const std::string& report, bool consulting = false) const {
    return OpenRecord("t", "cases/c", consulting, Parse<v1::Report>("name: 'reports/r' " + report),
                      policy_, kNow);
  }
  v1::CaseAccess Internal(const std::string& more = "") const {
    return Open(
        "kind: REPORT_KIND_INTERNAL_HARASSMENT "
        "actors { person: 'x' relation: ACTOR_RELATION_INTERNAL_SUPERIOR } " +
        more);
  }
  bool MatchPerson(v1::CaseAccess& record, const std::string& slot, const std::string& match,
                   bool closed = true) const {
    const auto parsed = Parse<v1::ActorMatch>(match);
    return Match(slot, match.empty() ? nullptr : &parsed, closed, "reader", policy_, kNow, record);
  }
  bool Sees(const std::string& person, Role role, const v1::CaseAccess& record,
            const std::string& department = "care") const {
    return Decide({"t", person, {role}, department}, record, policy_, Action::kRead) ==
           Decision::kAllow;
  }
  static std::vector<std::string> Slots(const v1::CaseAccess& record) {
    std::vector<std::string> names;
    for (const auto& slot : record.slots()) names.push_back(slot.name());
    return names;
  }
  static std::vector<std::string> Out(const v1::CaseAccess& record) {
    std::vector<std::string> people;
    for (const auto& one : record.exclusions()) {
      people.push_back(one.person() + ":" + std::to_string(one.cause()));
    }
    return people;
  }
  static std::vector<std::string> Members(const v1::CaseAccess& record) {
    std::vector<std::string> people;
    for (const auto& one : record.members()) {
      people.push_back(one.person() + (one.outside_reader() ? "*" : ""));
    }
    return people;
  }

  const v1::AccessPolicy policy_ = Parse<v1::AccessPolicy>(R"pb(
    kinds { kind: REPORT_KIND_CUSTOMER_HARASSMENT roles: "desk" }
    kinds { kind: REPORT_KIND_INTERNAL_HARASSMENT roles: "desk" }
    kinds { kind: REPORT_KIND_CONSULTATION roles: "desk" }
    exclude_superiors: true
    exclude_same_department: true
    roster { person: "d1" roles: "desk" department: "care" }
    roster { person: "d2" roles: "desk" department: "law" }
    roster { person: "c1" roles: "consultation" department: "care" }
    roster { person: "f1" roles: "first_reader" department: "care" }
    outside_readers: "o1"
    outside_readers: "o2"
  )pb");
};

TEST_F(AccessRecord, AReportAboutStrangersAsksForNobody) {
  const v1::CaseAccess record =
      Open("kind: REPORT_KIND_CUSTOMER_HARASSMENT actors { relation: ACTOR_RELATION_CUSTOMER }");
  EXPECT_TRUE(IsIdentified(record));
  EXPECT_THAT(Slots(record), IsEmpty());
  EXPECT_TRUE(Sees("d1", Role::kDesk, record));
  EXPECT_FALSE(Sees("f1", Role::kFirstReader, record));
  EXPECT_EQ(AudienceOf(record), AudienceOfKind(v1::REPORT_KIND_CUSTOMER_HARASSMENT));
}

TEST_F(AccessRecord, AReportAboutOwnPeopleAsksForEachOfThemAndForWitnesses) {
  EXPECT_THAT(Slots(Open("kind: REPORT_KIND_REVERSE actors { relation: ACTOR_RELATION_CUSTOMER } "
                         "actors { relation: ACTOR_RELATION_UNKNOWN } "
                         "actors { relation: ACTOR_RELATION_INTERNAL_PEER }")),
              ElementsAre("reports/r/actors/1", "reports/r/actors/2", "reports/r/witnesses"));
  EXPECT_THAT(Slots(Open("kind: REPORT_KIND_INTERNAL_HARASSMENT")),
              ElementsAre("reports/r/actors", "reports/r/witnesses"));
  // Whatever it calls itself, it tells of one of ours.
  const v1::CaseAccess other = Open(
      "kind: REPORT_KIND_CUSTOMER_HARASSMENT actors { relation: ACTOR_RELATION_INTERNAL_PEER }");
  EXPECT_FALSE(IsIdentified(other));
  EXPECT_FALSE(Sees("d1", Role::kDesk, other));
  EXPECT_TRUE(Sees("f1", Role::kFirstReader, other));
  EXPECT_EQ(AudienceOf(other), static_cast<int>(Audience::kFirstReaders));
}

TEST_F(AccessRecord, AnActorOfWhomNothingIsKnownMayBeOneOfOurs) {
  for (const char* kind :
       {"REPORT_KIND_CUSTOMER_HARASSMENT", "REPORT_KIND_FEEDBACK", "REPORT_KIND_CONSULTATION"}) {
    v1::CaseAccess record = Open(std::string("kind: ") + kind +
                                 " actors { relation: ACTOR_RELATION_CUSTOMER }"
                                 " actors { relation: ACTOR_RELATION_UNKNOWN }");
    EXPECT_FALSE(Sees("d1", Role::kDesk, record)) << kind;
    EXPECT_TRUE(Sees("f1", Role::kFirstReader, record)) << kind;
    EXPECT_THAT(Slots(record), ElementsAre("reports/r/actors/1", "reports/r/witnesses")) << kind;
    // Until a first reader says that it was none of ours.
    EXPECT_TRUE(MatchPerson(record, "reports/r/actors/1", ""));
    EXPECT_TRUE(MatchPerson(record, "reports/r/witnesses", ""));
    EXPECT_TRUE(IsIdentified(record)) << kind;
  }
}

TEST_F(AccessRecord, TheCaseOpensWhenTheLastSlotIsClosed) {
  v1::CaseAccess record = Internal();
  EXPECT_TRUE(MatchPerson(record, "reports/r/actors/0",
                          "person: 'd1' superiors: 'd2' superiors_known: true department: 'ops'"));
  EXPECT_FALSE(Sees("d3", Role::kDesk, record)) << "the witnesses are not known yet";
  EXPECT_TRUE(MatchPerson(record, "reports/r/witnesses", "person: 'w'", false));
  EXPECT_FALSE(Sees("d3", Role::kDesk, record)) << "there may be more witnesses";
  EXPECT_TRUE(MatchPerson(record, "reports/r/witnesses", ""));
  EXPECT_TRUE(Sees("d3", Role::kDesk, record));
  EXPECT_FALSE(Sees("d1", Role::kDesk, record)) << "the subject";
  EXPECT_FALSE(Sees("d2", Role::kDesk, record)) << "the superior";
  EXPECT_FALSE(Sees("w", Role::kDesk, record)) << "the witness";
  EXPECT_FALSE(Sees("d3", Role::kDesk, record, "ops")) << "the department";
  EXPECT_FALSE(Sees("d3", Role::kDesk, record, "")) << "a department not known";
  EXPECT_THAT(Out(record), ElementsAre("d1:2", "d2:4", "w:3"));
  EXPECT_FALSE(MatchPerson(record, "reports/r/actors/7", "")) << "no such slot";
}

TEST_F(AccessRecord, WhatIsNotKnownOfASubjectKeepsTheSlotOpen) {
  for (const char* match :
       {"person: 's' department: 'ops'", "person: 's' superiors: 'd2' department: 'ops'",
        "person: 's' superiors_known: true"}) {
    v1::CaseAccess record = Internal();
    EXPECT_TRUE(MatchPerson(record, "reports/r/witnesses", ""));
    EXPECT_TRUE(MatchPerson(record, "reports/r/actors/0", match));
    EXPECT_FALSE(IsIdentified(record)) << match;
    EXPECT_TRUE(MatchPerson(record, "reports/r/actors/0",
                            "person: 's' superiors_known: true department: 'ops'"));
    EXPECT_TRUE(IsIdentified(record)) << match;
    EXPECT_EQ(record.slots(0).matches_size(), 1);
  }
}

TEST_F(AccessRecord, NobodyOfOursClosesASlotToo) {
  v1::CaseAccess record = Internal();
  EXPECT_TRUE(MatchPerson(record, "reports/r/actors/0", ""));
  EXPECT_TRUE(MatchPerson(record, "reports/r/witnesses", ""));
  EXPECT_TRUE(IsIdentified(record));
  EXPECT_THAT(record.exclusions(), IsEmpty());
}

TEST_F(AccessRecord, TheReporterKeepsPeopleOutWithoutProof) {
  const v1::CaseAccess record =
      Open("kind: REPORT_KIND_CUSTOMER_HARASSMENT keep_out: 'd1' keep_out: 'd1'");
  EXPECT_THAT(Out(record), ElementsAre("d1:5"));
  EXPECT_FALSE(Sees("d1", Role::kDesk, record));
  EXPECT_TRUE(Sees("d2", Role::kDesk, record));
}

TEST_F(AccessRecord, WhenAllAreOutTheOutsideReaderIsLetIn) {
  v1::CaseAccess record = Open("kind: REPORT_KIND_CUSTOMER_HARASSMENT keep_out: 'd1'");
  EXPECT_THAT(record.members(), IsEmpty());
  Exclude("d2", "f1", policy_, kNow, record);
  EXPECT_THAT(Members(record), ElementsAre("o1*"));
  EXPECT_TRUE(Sees("o1", Role::kLawyer, record));
  Exclude("o1", "f1", policy_, kNow, record);
  EXPECT_THAT(Members(record), ElementsAre("o2*"));

  // The first readers of a case about our own people, and the consultation desk, likewise; a
  // member by name is not enough there.
  v1::CaseAccess internal = Internal("keep_out: 'f1'");
  EXPECT_THAT(Members(internal), ElementsAre("o1*"));
  EXPECT_TRUE(Sees("o1", Role::kLawyer, internal));
  v1::CaseAccess consulting = Open("kind: REPORT_KIND_CONSULTATION", true);
  EXPECT_TRUE(AddMember("d1", "c1", kNow, consulting));
  EXPECT_FALSE(Sees("d1", Role::kDesk, consulting));
  Exclude("c1", "o1", policy_, kNow, consulting);
  EXPECT_THAT(Members(consulting), ElementsAre("d1", "o1*"));
  EXPECT_TRUE(Sees("o1", Role::kLawyer, consulting));

  // By department: one of them, and one whose department nobody knows.
  v1::CaseAccess department = Open("kind: REPORT_KIND_CUSTOMER_HARASSMENT");
  department.add_excluded_departments("care");
  Exclude("d2", "f1", policy_, kNow, department);
  EXPECT_THAT(Members(department), ElementsAre("o1*"));
}

TEST_F(AccessRecord, MembershipsEndWithAnExclusionAndCannotBeginAfterIt) {
  v1::CaseAccess record = Open("kind: REPORT_KIND_CUSTOMER_HARASSMENT");
  EXPECT_TRUE(AddMember("law", "f1", kNow, record));
  EXPECT_TRUE(AddMember("law", "f1", kNow, record));
  EXPECT_THAT(Members(record), ElementsAre("law"));
  EXPECT_TRUE(Sees("law", Role::kLawyer, record));
  Exclude("law", "f1", policy_, kNow, record);
  EXPECT_THAT(record.members(), IsEmpty());
  EXPECT_FALSE(AddMember("law", "f1", kNow, record));
  EXPECT_TRUE(AddMember("law2", "f1", kNow, record));
  RemoveMember("law2", policy_, kNow, record);
  EXPECT_THAT(record.members(), IsEmpty());
}

TEST_F(AccessRecord, AFurtherReportAsksAnew) {
  v1::CaseAccess record = Open("kind: REPORT_KIND_CUSTOMER_HARASSMENT");
  EXPECT_TRUE(Sees("d1", Role::kDesk, record));
  AddReport(Parse<v1::Report>("name: 'reports/s' kind: REPORT_KIND_INTERNAL_HARASSMENT"
                              " keep_out: 'd2'"),
            policy_, kNow, record);
  EXPECT_FALSE(Sees("d1", Role::kDesk, record));
  EXPECT_THAT(Slots(record), ElementsAre("reports/s/actors", "reports/s/witnesses"));
  EXPECT_TRUE(IsExcluded("d2", record));
}

TEST_F(AccessRecord, WhatWasTakenOutAndComesBackAsksOnce) {
  v1::CaseAccess record = Internal();
  v1::CaseAccess beside = record;
  const auto slots = Slots(record);
  MergeRecord(beside, policy_, kNow, record);
  EXPECT_EQ(Slots(record), slots);
  const char kBoss[] = "person: 'boss' superiors_known: true department: 'sales'";
  EXPECT_TRUE(MatchPerson(record, slots[0], kBoss));
  EXPECT_TRUE(MatchPerson(record, slots[1], ""));
  EXPECT_TRUE(IsIdentified(record));
  // Whoever is known in either is known; it is open as long as it is in one.
  EXPECT_TRUE(MatchPerson(beside, slots[0],
                          "person: 'aide' superiors_known: true department: 'ops'", false));
  MergeRecord(beside, policy_, kNow, record);
  EXPECT_EQ(Slots(record), slots);
  ASSERT_EQ(record.slots(0).matches_size(), 2);
  EXPECT_FALSE(IsIdentified(record));
  // Two of a name from before this was so.
  *record.add_slots() = record.slots(0);
  *record.add_slots() = beside.slots(1);
  EXPECT_TRUE(MatchPerson(record, slots[0], kBoss));
  EXPECT_TRUE(MatchPerson(record, slots[1], ""));
  EXPECT_TRUE(IsIdentified(record));
}

TEST_F(AccessRecord, ACaseIsGivenToNobodyOfADepartmentThatIsKeptOut) {
  v1::CaseAccess record = Internal("keep_out: 'c1'");
  v1::AccessPolicy policy = policy_;
  policy.add_roster()->set_person("nowhere");
  for (const char* person : {"d1", "d2", "nowhere", "unknown"}) {
    EXPECT_TRUE(MayBeGiven(person, record, policy)) << person;
  }
  EXPECT_FALSE(MayBeGiven("c1", record, policy));
  EXPECT_TRUE(MatchPerson(record, Slots(record)[0],
                          "person: 'boss' superiors_known: true department: 'care'"));
  EXPECT_FALSE(MayBeGiven("d1", record, policy)) << "works where the boss does";
  EXPECT_TRUE(MayBeGiven("d2", record, policy));
  EXPECT_FALSE(MayBeGiven("nowhere", record, policy)) << "nobody knows where";
  EXPECT_TRUE(MayBeGiven("unknown", record, policy)) << "the token says where";
}

TEST_F(AccessRecord, AMergeKeepsOutWhomEitherKeptOutAndLetsNobodyIn) {
  v1::CaseAccess from = Internal("keep_out: 'd1'");
  from.add_excluded_departments("ops");
  for (const char* const one : {"d5", "d4", "", "d5"}) AddPastAssignee(one, from);
  EXPECT_TRUE(AddMember("law", "f1", kNow, from));
  v1::CaseAccess into = Open("kind: REPORT_KIND_CUSTOMER_HARASSMENT keep_out: 'd9'");
  MergeRecord(from, policy_, kNow, into);
  EXPECT_THAT(Out(into), UnorderedElementsAre("d1:5", "d9:5"));
  EXPECT_THAT(into.excluded_departments(), ElementsAre("ops"));
  EXPECT_THAT(into.past_assignees(), ElementsAre("d4", "d5"));
  EXPECT_FALSE(IsIdentified(into));
  EXPECT_THAT(Members(into), IsEmpty());
}

TEST_F(AccessRecord, ConsentOpensAConsultation) {
  v1::CaseAccess record = Open("kind: REPORT_KIND_CONSULTATION", true);
  EXPECT_EQ(AudienceOf(record), static_cast<int>(Audience::kConsultation));
  EXPECT_FALSE(Sees("d1", Role::kDesk, record));
  EXPECT_TRUE(Sees("c1", Role::kConsultation, record));
  Consent(policy_, kNow, record);
  EXPECT_TRUE(Sees("d1", Role::kDesk, record));
  EXPECT_FALSE(Sees("c1", Role::kConsultation, record));
}

}  // namespace
}  // namespace mamori::authz
