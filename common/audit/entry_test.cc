#include "common/audit/entry.h"

#include <gtest/gtest.h>

#include <set>

#include "common/audit/checkpoint.h"
#include "common/audit/hash.h"
#include "common/audit/notary.h"
#include "common/audit/report_content.h"
#include "common/audit/test_service.h"
#include "mamori/v1/report.pb.h"

namespace mamori::audit {
namespace {

Entry Full() {
  return {.kind = Kind::kCase,
          .resource_id = std::string(16, 'r'),
          .sequence = 2,
          .time = absl::FromUnixMicros(1'800'000'000'123'456),
          .tenant = "acme",
          .action = "AddNote",
          .who = {"spiffe://mamori.internal/app/portal", "local/desk1"},
          .commitment = std::string(32, 'c'),
          .record = std::string(32, 'd'),
          .access_version = 7,
          .access = std::string(32, 'a'),
          .cause_kind = Kind::kReport,
          .cause_id = std::string(16, 'q'),
          .previous = std::string(32, 'p')};
}

TEST(Entry, IsReadAsItWasWrittenAndHasOneEncoding) {
  const std::string encoded = Encode(Full());
  const auto decoded = Decode(encoded);
  ASSERT_THAT(decoded, testing::IsOk());
  EXPECT_EQ(Encode(*decoded), encoded);
  for (size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_FALSE(Decode(encoded.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Decode(encoded + "x").ok());
}

TEST(Entry, NoBitOfItIsWithoutMeaning) {
  const std::string encoded = Encode(Full());
  std::set<std::string> hashes = {HashOf(encoded)};
  for (size_t bit = 0; bit < 8 * encoded.size(); ++bit) {
    std::string changed = encoded;
    changed[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_TRUE(hashes.insert(HashOf(changed)).second);
    const auto decoded = Decode(changed);
    EXPECT_TRUE(!decoded.ok() || Encode(*decoded) == changed) << bit;
  }
}

TEST(Entry, FieldsDoNotRunIntoOneAnother) {
  Entry one = Full();
  Entry other = Full();
  one.tenant = "ac";
  one.action = "meAddNote";
  EXPECT_NE(Encode(one), Encode(other));
  EXPECT_NE(Commit("ab", "c"), Commit("a", "bc"));
}

TEST(ReportContent, OpensWithoutWhatNoReaderIsTold) {
  mamori::v1::Report report;
  report.set_narrative("what happened");
  report.set_contact_count(3);
  const std::string random = NewRandom();
  const std::string open = report.SerializeAsString();
  EXPECT_EQ(CommitReport(random, open), Commit(random, open));
  EXPECT_EQ(OpeningOf(random, open).withheld, "");
  report.add_keep_out("acme/boss");
  report.add_keep_out("acme/friend");
  report.set_submitter_digest("digest");
  const std::string whole = report.SerializeAsString();
  const Opening opening = OpeningOf(random, whole);
  EXPECT_EQ(opening.content, open);
  EXPECT_EQ(opening.withheld.size(), kHashBytes);
  // The bytes that open the hash of what is withheld are not given away.
  EXPECT_NE(opening.random, random);
  const std::string commitment = CommitReport(random, whole);
  EXPECT_EQ(Commit(opening), commitment);
  EXPECT_TRUE(IsCommitted(random, whole, commitment));
  EXPECT_TRUE(IsCommitted(random, whole, Commit(random, whole)));  // as it was before
  EXPECT_FALSE(IsCommitted(random, open, commitment));
  report.set_keep_out(0, "acme/other");
  EXPECT_NE(CommitReport(random, report.SerializeAsString()), commitment);
  // What is no message is committed to as it is.
  for (const std::string& bytes : {std::string("\x8a\x01\x7f", 3), std::string("\xff", 1)}) {
    EXPECT_EQ(CommitReport(random, bytes), Commit(random, bytes));
    EXPECT_EQ(OpeningOf(random, bytes).content, bytes);
  }
}

TEST(Entry, TheFirstAloneHasNoPrevious) {
  Entry entry = Full();
  entry.sequence = 1;
  EXPECT_FALSE(Decode(Encode(entry)).ok());
  entry.previous.clear();
  EXPECT_TRUE(Decode(Encode(entry)).ok());
  entry.sequence = 2;
  EXPECT_FALSE(Decode(Encode(entry)).ok());
}

TEST(Merkle, EveryPathLeadsToTheRootAndNoOtherDoes) {
  for (size_t count = 1; count <= 33; ++count) {
    std::vector<std::string> leaves;
    for (size_t i = 0; i < count; ++i) leaves.push_back(Hash("t", {std::to_string(i)}));
    const std::string root = MerkleRoot(leaves);
    for (size_t i = 0; i < count; ++i) {
      const auto path = MerklePath(leaves, i);
      EXPECT_EQ(RootFromPath(leaves[i], i, count, path), root) << count << " " << i;
      EXPECT_NE(RootFromPath(leaves[(i + 1) % count], i, count, path), count == 1 ? "" : root);
      if (count > 1) {
        EXPECT_NE(RootFromPath(leaves[i], i, count, {path.begin(), path.end() - 1}), root);
        EXPECT_NE(RootFromPath(leaves[i], (i + 1) % count, count, path), root);
      }
    }
  }
}

TEST(Checkpoint, IsSignedAsAWholeAndSurvivesJson) {
  v1::Checkpoint checkpoint;
  checkpoint.set_service("intake");
  checkpoint.set_number(3);
  checkpoint.set_time_micros(1'800'000'000'000'000);
  checkpoint.set_previous(std::string(32, 'p'));
  checkpoint.set_root(std::string(32, 'r'));
  const crypto::SigningKey key = Service::Sign('d');
  Sign(key, checkpoint);
  const auto read = FromJson(ToJson(checkpoint));
  ASSERT_THAT(read, testing::IsOk());
  EXPECT_TRUE(IsSigned(key.public_key(), *read));
  EXPECT_EQ(HashOf(*read), HashOf(checkpoint));
  EXPECT_FALSE(IsSigned(Service::Sign('e').public_key(), *read));
  for (const auto& change : std::vector<std::function<void(v1::Checkpoint&)>>{
           [](auto& c) { c.set_service("triage"); }, [](auto& c) { c.set_number(4); },
           [](auto& c) { c.set_time_micros(1); }, [](auto& c) { c.set_previous(""); },
           [](auto& c) { c.set_root(std::string(32, 's')); }}) {
    v1::Checkpoint other = checkpoint;
    change(other);
    EXPECT_FALSE(IsSigned(key.public_key(), other));
  }
}

TEST(Statement, ProvesItsOwnEntryAlone) {
  Entry entry = Full();
  entry.sequence = 1;
  entry.previous.clear();
  const std::vector<std::string> hashes = {HashOf("a"), HashOf(Encode(entry)), HashOf("c")};
  v1::EntryStatement statement;
  statement.set_service("intake");
  statement.set_entry(Encode(entry));
  statement.set_group_id(std::string(16, 'g'));
  statement.set_count(3);
  statement.set_index(1);
  for (std::string& one : MerklePath(hashes, 1)) statement.add_path(std::move(one));
  const crypto::SigningKey key = Service::Sign('d');
  Sign(key, statement);
  EXPECT_THAT(Verify(key.public_key(), statement), testing::IsOk());
  EXPECT_FALSE(Verify(Service::Sign('e').public_key(), statement).ok());
  v1::EntryStatement other = statement;
  other.mutable_entry()->back() ^= 1;
  EXPECT_FALSE(Verify(key.public_key(), other).ok());
  other = statement;
  other.set_index(0);
  EXPECT_FALSE(Verify(key.public_key(), other).ok());
}

TEST(Notary, StatesEachOfWhatWasBegunTogetherByOneSignature) {
  Service service("intake");
  for (const size_t count : {1, 2, 5, 64}) {
    std::vector<Entry> entries(count, Full());
    for (Entry& entry : entries) entry.resource_id = service.ids_.NewId();
    const auto group = service.database_.transactor().Run<Group>(
        {}, [&](db::Tx& tx) { return service.journal_.Begin(tx, entries); });
    ASSERT_THAT(group, testing::IsOk());
    const auto statements = Notary("intake", service.key_).State(*group);
    ASSERT_EQ(statements.size(), count);
    for (size_t i = 0; i < count; ++i) {
      const auto entry = Verify(service.key_.public_key(), statements[i]);
      ASSERT_THAT(entry, testing::IsOk()) << i << " of " << count;
      EXPECT_EQ(entry->resource_id, entries[i].resource_id);
      EXPECT_EQ(statements[i].signature(), statements[0].signature());
    }
  }
}

}  // namespace
}  // namespace mamori::audit
