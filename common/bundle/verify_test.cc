#include "common/bundle/verify.h"

#include <gmock/gmock.h>

#include <functional>

#include "common/bundle/test_bundle.h"
#include "common/testing/matchers.h"

namespace mamori::bundle {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Verdict Judge(const std::string& archive, const Outside& outside) {
  MemorySource source(archive);
  absl::StatusOr<Verdict> verdict = Verify(source, outside);
  EXPECT_THAT(verdict, testing::IsOk());
  return verdict.ok() ? *std::move(verdict) : Verdict{.problems = {"not read"}};
}

// Of a bundle that was changed and signed anew with the right key, as whoever has that could.
std::vector<std::string> ProblemsOf(const std::function<void(TestBundle&)>& change) {
  TestBundle bundle;
  change(bundle);
  return Judge(bundle.Archive(), bundle.Given()).problems;
}

template <typename Message>
void Change(TestBundle& bundle, const std::string& name, const std::function<void(Message&)>& how) {
  Message message;
  ASSERT_TRUE(bundle.entries.contains(name)) << name;
  ASSERT_THAT(FromJson(bundle.entries[name], message), testing::IsOk());
  how(message);
  bundle.entries[name] = ToJson(message);
}

std::string ReportContent(const id::Id& id, int sequence = 1) {
  return ContentName("intake", id::Name("reports", id), sequence);
}

TEST(Verify, BelievesWhatTheServicesWrote) {
  const TestBundle bundle;
  const Verdict verdict = Judge(bundle.Archive(), bundle.Given());
  EXPECT_THAT(verdict.problems, IsEmpty());
  EXPECT_THAT(verdict.notes, IsEmpty());
  EXPECT_EQ(verdict.opened, 9);
  EXPECT_EQ(verdict.files, 1);
  EXPECT_EQ(verdict.entries, 12);
  EXPECT_EQ(verdict.manifest.purpose(), "for the court");
  // What no reader is told is nowhere in it.
  EXPECT_THAT(bundle.Archive(), Not(HasSubstr("the-boss")));
}

TEST(Verify, FindsEachEntryOfWhichOneByteIsAnother) {
  const TestBundle bundle;
  const std::string whole = bundle.Archive();
  MemorySource source(whole);
  const auto entries = Scan(source);
  ASSERT_THAT(entries, testing::IsOk());
  for (const Archived& one : *entries) {
    std::string changed = whole;
    changed[one.offset + one.size / 2] ^= 1;
    const std::string name = one.name == kSignature ? kManifest : one.name;
    EXPECT_THAT(Judge(changed, bundle.Given()).problems, Contains(HasSubstr(name))) << one.name;
  }
}

TEST(Verify, FindsWhatWasWhollySignedAnewWithAnotherKey) {
  TestBundle bundle;
  const std::string archive = bundle.Archive(kForgersKey);
  EXPECT_THAT(Judge(archive, bundle.Given()).problems,
              Contains(HasSubstr("not signed with the public key")));
  // Also by whoever believes that key: the checkpoints are not signed with it.
  Outside theirs = bundle.Given();
  theirs.public_keys["triage"] = TestKey(kForgersKey).public_key();
  EXPECT_THAT(Judge(archive, theirs).problems,
              Contains(HasSubstr("checkpoint 1: not signed with the public key")));
  EXPECT_THAT(Judge(bundle.Archive(), {}).problems, Contains(HasSubstr("no public key of triage")));
  Outside half = bundle.Given();
  half.public_keys.erase("intake");
  EXPECT_THAT(Judge(bundle.Archive(), half).problems,
              Contains(HasSubstr("no public key of intake")));
}

TEST(Verify, FindsWhatWasTakenOutThoughTheManifestAgrees) {
  const TestBundle whole;
  for (const auto& [name, content] : whole.entries) {
    // Adjusted by whoever has not the key.
    TestBundle bundle;
    bundle.entries.erase(name);
    EXPECT_THAT(Judge(bundle.Archive(kForgersKey), bundle.Given()).problems,
                Contains(HasSubstr("not signed")))
        << name;
    // By whoever has it.
    EXPECT_THAT(Judge(bundle.Archive(), bundle.Given()).problems, Not(IsEmpty())) << name;
  }
}

TEST(Verify, FindsWhatTheManifestDoesNotNameAndWhatIsMissing) {
  TestBundle bundle;
  const std::string before = bundle.Archive();
  MemorySource source(before);
  const auto entries = Scan(source);
  ASSERT_THAT(entries, testing::IsOk());
  // Out of the archive, whose manifest stays.
  const Archived& first = entries->front();
  std::string without = before;
  without.erase(first.offset - kBlock, kBlock + first.size + PaddingAfter(first.size));
  EXPECT_THAT(Judge(without, bundle.Given()).problems,
              Contains(AllOf(HasSubstr(first.name), HasSubstr("not in the archive"))));
  const std::string extra = Header("a", 1) + "x" + std::string(kBlock - 1, '\0') + before;
  EXPECT_THAT(Judge(extra, bundle.Given()).problems,
              Contains(HasSubstr("the manifest does not name it")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.entries["intake/other.json"] = "{}"; }),
              Contains(HasSubstr("no bundle holds such a thing")));
}

TEST(Verify, FindsWhatWasCutBeforeTheLatestCheckpoint) {
  const TestBundle bundle;
  const std::string archive = bundle.Archive();
  EXPECT_THAT(Judge(archive, bundle.Given(5)).problems,
              Contains(HasSubstr("ends at checkpoint 4, before the given one, 5")));
  // It says so itself when it is to be taken as of then.
  Outside older = bundle.Given(5);
  for (auto& [service, of] : older.checkpoints) of.accept_older = true;
  const Verdict verdict = Judge(archive, older);
  EXPECT_THAT(verdict.problems, IsEmpty());
  EXPECT_THAT(verdict.notes, Contains(HasSubstr("up to the given one, 5, is not in it")));
  // But only what comes from it by an unbroken way.
  Outside alone = bundle.Given(5, 5);
  for (auto& [service, of] : alone.checkpoints) of.accept_older = true;
  EXPECT_THAT(Judge(archive, alone).problems, Contains(HasSubstr("4 is missing or another")));
  // An older one leads to it, unless the bundle does not go back so far.
  EXPECT_THAT(Judge(archive, bundle.Given(2, 2)).problems, IsEmpty());
  EXPECT_THAT(Judge(archive, bundle.Given(0, 0)).problems,
              Contains(HasSubstr("do not go back to the given one, 0")));
  Outside none = bundle.Given();
  none.checkpoints.clear();
  EXPECT_THAT(Judge(archive, none).problems, Contains(HasSubstr("no checkpoint was given")));
}

TEST(Verify, FindsAnotherWorldThatTheKeysHolderMade) {
  // Other contents, their own chain and checkpoints, all signed rightly: only what was kept outside
  // tells.
  TestBundle bundle;
  TestBundle other;
  TestAudit rewritten("intake", kIntakeKey);
  for (const id::Id& id : {bundle.report_a, bundle.report_b}) {
    rewritten.Add(audit::Kind::kReport, id, "SubmitReport", "", 1);
  }
  rewritten.Close();
  for (const id::Id& id : {bundle.report_a, bundle.report_b}) {
    other.Put(rewritten.Chain(audit::Kind::kReport, id));
    other.entries.erase(ReportContent(id));
    other.entries.erase(ReportContent(id, 2));
  }
  other.entries.erase(ChainName("intake", id::Name("contacts", bundle.contact)));
  other.entries.erase(ContentName("intake", id::Name("contacts", bundle.contact), 1));
  other.entries[CheckpointsName("intake")] = ToJson(rewritten.Run());
  EXPECT_THAT(Judge(other.Archive(), bundle.Given()).problems,
              Contains(HasSubstr("is not the one in the bundle")));
}

TEST(Verify, FindsChangedAndSwappedContents) {
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                std::swap(b.entries[ReportContent(b.report_a)],
                          b.entries[ReportContent(b.report_b)]);
              }),
              Contains(HasSubstr("the content of something else")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                const std::string other = id::Name("reports", b.report_b);
                Change<v1::CommittedContent>(b, ReportContent(b.report_b), [&](auto& content) {
                  v1::CommittedContent of_a;
                  ASSERT_THAT(FromJson(b.entries[ReportContent(b.report_a)], of_a),
                              testing::IsOk());
                  content = of_a;
                  content.set_resource(other);
                });
              }),
              Contains(HasSubstr("does not open the commitment")));
  const std::vector<std::function<void(v1::CommittedContent&)>> kChanges = {
      [](auto& c) { c.mutable_random()->front() ^= 1; },
      [](auto& c) { c.mutable_random()->push_back('x'); },
      [](auto& c) { c.clear_random(); },
      [](auto& c) { c.mutable_content()->push_back('\x08'); },
      [](auto& c) { c.mutable_withheld()->front() ^= 1; },
      [](auto& c) { c.clear_withheld(); }};
  for (const auto& change : kChanges) {
    EXPECT_THAT(ProblemsOf([&](TestBundle& b) {
                  Change<v1::CommittedContent>(b, ReportContent(b.report_a), change);
                }),
                Contains(HasSubstr("does not open the commitment")));
  }
}

TEST(Verify, FindsWordsThatTheBytesDoNotSay) {
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                Change<v1::CommittedContent>(b, ReportContent(b.report_a), [](auto& content) {
                  v1::Report report;
                  content.told().UnpackTo(&report);
                  report.set_narrative("nothing happened");
                  content.mutable_told()->PackFrom(report);
                });
              }),
              Contains(HasSubstr("not what its bytes say")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                Change<v1::AuditChain>(b, ChainName("triage", b.manifest.case_name()),
                                       [](auto& c) { c.mutable_told(1)->set_person("x"); });
              }),
              Contains(HasSubstr("entry 2: what it says in words")));
}

TEST(Verify, FindsChainsThatAreNotWholeOrLeadNowhere) {
  const struct {
    std::function<void(v1::AuditChain&)> change;
    const char* why;
  } kRows[] = {
      {[](auto& c) { c.mutable_entries(0)->back() ^= 1; }, "entry 1: not an audit entry"},
      {[](auto& c) {
         c.mutable_entries()->DeleteSubrange(1, 1);
         c.mutable_told()->DeleteSubrange(1, 1);
       },
       "entry 2: one is missing before it"},
      {[](auto& c) { c.mutable_entries()->SwapElements(0, 1); }, "entry 1: one is missing"},
      {[](auto& c) {
         c.mutable_entries()->RemoveLast();
         c.mutable_told()->RemoveLast();
       },
       "another end of it"},
      {[](auto& c) { c.mutable_entries()->RemoveLast(); }, "not as many as it tells"},
      {[](auto& c) { c.set_service("intake"); }, "something else"},
      {[](auto& c) { c.mutable_leaf()->mutable_leaf()->back() ^= 1; }, "checkpoint 3's root"},
      {[](auto& c) { c.mutable_leaf()->mutable_leaf()->push_back('x'); }, "its leaf is none"},
      {[](auto& c) { c.mutable_leaf()->set_index(9); }, "leads to no root"},
      {[](auto& c) { c.mutable_leaf()->set_checkpoint(4); }, "checkpoint 4's root"},
      {[](auto& c) { c.mutable_leaf()->set_checkpoint(99); }, "99, to which it leads"},
      {[](auto& c) { c.clear_leaf(); }, "in no checkpoint, though it was to be"},
  };
  for (const auto& row : kRows) {
    EXPECT_THAT(ProblemsOf([&](TestBundle& b) {
                  Change<v1::AuditChain>(b, ChainName("triage", b.manifest.case_name()),
                                         row.change);
                }),
                Contains(HasSubstr(row.why)));
  }
}

TEST(Verify, AllowsWhatIsToldToTheDayToBeInNoCheckpointYet) {
  TestBundle bundle;
  audit::Entry entry;
  entry.kind = audit::Kind::kReport;
  entry.resource_id = bundle.report_b;
  v1::AuditChain chain = bundle.intake.Chain(audit::Kind::kReport, bundle.report_b);
  entry = *audit::Decode(chain.entries(2));
  entry.sequence = 4;
  entry.previous = audit::HashOf(chain.entries(2));
  const auto with_time = [&](int second) {
    entry.time = absl::FromUnixSeconds(1'800'000'000 + second);
    v1::AuditChain longer = chain;
    longer.add_entries(audit::Encode(entry));
    *longer.add_told() = Told(entry);
    bundle.Put(longer);
    return Judge(bundle.Archive(), bundle.Given());
  };
  const Verdict later = with_time(3600);
  EXPECT_THAT(later.problems, IsEmpty());
  EXPECT_THAT(later.notes, Contains(HasSubstr("its day was not over")));
  EXPECT_THAT(with_time(40).problems, Contains(HasSubstr("though it was to be")));
}

TEST(Verify, SaysWhatIsWithheldAndBelievesNotEverything) {
  const auto withhold = [](TestBundle& b, int sequence, v1::WithheldReason reason) {
    b.entries.erase(ReportContent(b.report_b, sequence));
    v1::WithheldContent& one = *b.manifest.add_withheld();
    one.set_service("intake");
    one.set_resource(id::Name("reports", b.report_b));
    one.set_sequence(sequence);
    one.set_reason(reason);
  };
  EXPECT_THAT(ProblemsOf([&](TestBundle& b) { withhold(b, 1, v1::WITHHELD_REASON_ERASED); }),
              IsEmpty());
  EXPECT_THAT(ProblemsOf([&](TestBundle& b) { withhold(b, 1, v1::WITHHELD_REASON_MISSING); }),
              Contains(HasSubstr("did not find what the audit tells of")));
  EXPECT_THAT(ProblemsOf([&](TestBundle& b) { withhold(b, 1, v1::WITHHELD_REASON_DISPOSED); }),
              Contains(HasSubstr("the audit tells nothing of it")));
  EXPECT_THAT(ProblemsOf([&](TestBundle& b) { withhold(b, 3, v1::WITHHELD_REASON_ERASED); }),
              Contains(HasSubstr("commits to nothing there")));
  // A report that is withheld as a whole, and one that is just not there.
  const auto drop = [](TestBundle& b) {
    b.entries.erase(ReportContent(b.report_b));
    b.entries.erase(ReportContent(b.report_b, 2));
    b.entries.erase(ChainName("intake", id::Name("reports", b.report_b)));
  };
  EXPECT_THAT(ProblemsOf(drop), Contains(HasSubstr("which is in the case, is not there")));
  EXPECT_THAT(ProblemsOf([&](TestBundle& b) {
                drop(b);
                v1::WithheldContent& one = *b.manifest.add_withheld();
                one.set_service("intake");
                one.set_resource(id::Name("reports", b.report_b));
                one.set_reason(v1::WITHHELD_REASON_NOT_SHARED);
              }),
              IsEmpty());
}

// By whoever has the key: the audit tells of each file.
TEST(Verify, FindsFilesThatAreNotThoseOfTheAudit) {
  const TestBundle whole;
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.entries[b.PhotoName()].front() ^= 1; }),
              Contains(AllOf(HasSubstr(whole.PhotoName()), HasSubstr("not the file"))));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.entries[b.PhotoName()] += "p"; }),
              Contains(HasSubstr("not the file")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.entries.erase(b.PhotoName()); }),
              Contains(HasSubstr("neither in the bundle nor withheld")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                b.entries[FileName(id::Name("reports", b.report_b), 4)] = "x";
              }),
              Contains(HasSubstr("tells of no such file")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                b.entries[FileName(id::Name("reports", b.report_a), 3)] = "the original";
              }),
              Contains(HasSubstr("not the file")));
  // Of the original it is said that it is withheld, once, and no more of others.
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.manifest.clear_withheld(); }),
              Contains(HasSubstr("neither in the bundle nor withheld")));
  EXPECT_THAT(
      ProblemsOf([](TestBundle& b) { *b.manifest.add_withheld() = b.manifest.withheld(0); }),
      Contains(HasSubstr("tells of no file there")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                b.manifest.mutable_withheld(0)->set_reason(v1::WITHHELD_REASON_MISSING);
              }),
              Contains(HasSubstr("did not find what the audit tells of")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                b.entries[FileName(id::Name("reports", b.report_a), 3)] = std::string(1200, 'o');
                b.manifest.clear_withheld();
              }),
              IsEmpty());
}

TEST(Verify, FindsAnotherCaseTenantOrFormat) {
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.manifest.set_tenant("other"); }),
              Contains(HasSubstr("another tenant")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.manifest.set_format(2); }),
              Contains(HasSubstr("does not know its format")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) {
                b.manifest.set_case_name(id::Name("cases", std::string(16, 'q')));
              }),
              Contains(HasSubstr("another case")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.entries[kCase] = "{\"nonsense\": 1}"; }),
              Contains(HasSubstr("not the JSON document")));
  EXPECT_THAT(ProblemsOf([](TestBundle& b) { b.manifest.mutable_as_of(0)->set_checkpoint(3); }),
              Contains(HasSubstr("does not end at the checkpoint that it names")));
}

}  // namespace
}  // namespace mamori::bundle
