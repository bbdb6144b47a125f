// A whole bundle in memory, for tests: two reports, a contact and their case, as the services
// write them, and everything that a forger could change of it.
#ifndef MAMORI_COMMON_BUNDLE_TEST_BUNDLE_H_
#define MAMORI_COMMON_BUNDLE_TEST_BUNDLE_H_

#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/audit/checkpoint.h"
#include "common/audit/hash.h"
#include "common/audit/report_content.h"
#include "common/bundle/documents.h"
#include "common/bundle/names.h"
#include "common/bundle/verify.h"
#include "common/bundle/writer.h"
#include "common/crypto/key_arena.h"
#include "common/id/id.h"
#include "mamori/intake/v1/evidence_service.pb.h"
#include "mamori/v1/case.pb.h"
#include "mamori/v1/contact.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::bundle {

class MemorySource final : public Source {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  absl::StatusOr<std::string> Read(uint64_t offset, size_t count) override {
    if (offset > bytes_.size() || count > bytes_.size() - offset) {
      return absl::DataLossError("beyond the end");
    }
    return bytes_.substr(offset, count);
  }

 private:
  const std::string bytes_;
};

inline const crypto::SigningKey& TestKey(char digit) {
  static crypto::KeyArena* arena = new crypto::KeyArena(*crypto::KeyArena::Create());
  static auto* keys = new std::map<char, crypto::SigningKey>();
  const auto found = keys->find(digit);
  if (found != keys->end()) return found->second;
  return keys
      ->emplace(digit, *crypto::SigningKey::FromSeed(*crypto::Key::FromHex(std::string(64, digit)),
                                                     *arena))
      .first->second;
}
inline constexpr char kTriageKey = 'd', kIntakeKey = 'e', kForgersKey = 'f';

// A service's audit: chains, and checkpoints every ten seconds, the third of which covers all.
class TestAudit {
 public:
  TestAudit(std::string service, char key) : service_(std::move(service)), key_(key) {}

  // The next entry of a chain, at this second.
  void Add(audit::Kind kind, const id::Id& id, const std::string& action,
           const std::string& commitment, int second, const id::Id& cause = "") {
    std::vector<std::string>& chain = chains_[{static_cast<int>(kind), id}];
    audit::Entry entry;
    entry.kind = kind;
    entry.resource_id = id;
    entry.sequence = static_cast<int64_t>(chain.size()) + 1;
    entry.time = absl::FromUnixSeconds(1'800'000'000 + second);
    entry.tenant = "acme";
    entry.action = action;
    entry.who = {"portal", "test/desk-1"};
    entry.commitment = commitment;
    if (!cause.empty()) {
      entry.cause_kind = audit::Kind::kReport;
      entry.cause_id = cause;
    }
    if (!chain.empty()) entry.previous = audit::HashOf(chain.back());
    chain.push_back(audit::Encode(entry));
  }

  // Signs six checkpoints; the fourth, number 3, covers what was added by then.
  void Close() {
    std::string previous;
    for (int number = 0; number < 6; ++number) {
      std::vector<audit::Leaf> leaves;
      if (number == 3) {
        for (const auto& [name, chain] : chains_) {
          leaves.push_back({static_cast<audit::Kind>(name.first), name.second,
                            static_cast<int64_t>(chain.size()), audit::HashOf(chain.back()),
                            std::string(16, static_cast<char>('a' + leaves.size()))});
        }
      }
      leaves.push_back({audit::Kind::kNone, std::string(16, 'n'), 0, std::string(32, 'h'),
                        std::string(16, 'r')});
      if (number == 3) covering_ = leaves;
      v1::Checkpoint one;
      one.set_service(service_);
      one.set_number(number);
      one.set_time_micros((1'800'000'000LL + 10 * number) * 1'000'000);
      one.set_previous(previous);
      one.set_root(audit::RootOf(leaves));
      audit::Sign(TestKey(key_), one);
      previous = audit::HashOf(one);
      checkpoints_.push_back(one);
    }
  }

  v1::AuditChain Chain(audit::Kind kind, const id::Id& id) const {
    v1::AuditChain chain;
    chain.set_service(service_);
    chain.set_resource(audit::NameOf(kind, id));
    for (const std::string& entry : chains_.at({static_cast<int>(kind), id})) {
      chain.add_entries(entry);
      *chain.add_told() = Told(*audit::Decode(entry));
    }
    std::vector<std::string> hashes;
    size_t index = 0;
    for (const audit::Leaf& leaf : covering_) {
      if (leaf.kind == kind && leaf.id == id) index = hashes.size();
      hashes.push_back(audit::RootOf({leaf}));
    }
    v1::LeafPlace& place = *chain.mutable_leaf();
    place.set_checkpoint(3);
    place.set_leaf(audit::Encode({covering_[index]}));
    place.set_count(static_cast<int64_t>(hashes.size()));
    place.set_index(static_cast<int64_t>(index));
    for (std::string& node : audit::MerklePath(hashes, index)) place.add_path(std::move(node));
    return chain;
  }

  // Numbers 1 to 4; the sink has them all.
  v1::CheckpointRun Run() const {
    v1::CheckpointRun run;
    run.set_service(service_);
    for (int i = 1; i <= 4; ++i) *run.add_checkpoints() = checkpoints_[i];
    return run;
  }
  const std::vector<v1::Checkpoint>& checkpoints() const { return checkpoints_; }

 private:
  const std::string service_;
  const char key_;
  std::map<std::pair<int, std::string>, std::vector<std::string>> chains_;
  std::vector<audit::Leaf> covering_;
  std::vector<v1::Checkpoint> checkpoints_;
};

struct TestBundle {
  const id::Id report_a = std::string(16, 'a'), report_b = std::string(16, 'b');
  const id::Id contact = std::string(16, 'c'), the_case = std::string(16, 'k');
  TestAudit intake{"intake", kIntakeKey};
  TestAudit triage{"triage", kTriageKey};
  // The archive's entries, and the manifest without its list of them.
  std::map<std::string, std::string> entries;
  v1::BundleManifest manifest;

  TestBundle() {
    using audit::Kind;
    const auto add = [&](TestAudit& of, Kind kind, const id::Id& id, const char* action,
                         int64_t sequence, v1::CommittedContent content, const id::Id& cause = "") {
      const std::string service = &of == &intake ? "intake" : "triage";
      of.Add(kind, id, action, CommitmentOf(content), static_cast<int>(sequence), cause);
      content.set_service(service);
      content.set_resource(audit::NameOf(kind, id));
      content.set_sequence(sequence);
      (void)Tell(content).ok();
      entries[ContentName(service, content.resource(), sequence)] = ToJson(content);
    };
    for (const id::Id& id : {report_a, report_b}) {
      add(intake, Kind::kReport, id, "SubmitReport", 1, Report("told by " + id.substr(0, 1)));
      v1::Supplement supplement;
      supplement.set_text("more from " + id.substr(0, 1));
      add(intake, Kind::kReport, id, "SupplementReport", 2, Of(supplement));
      if (id == report_a) {
        add(intake, Kind::kReport, id, "AddEvidence", 3, Of(Photo()));
        add(intake, Kind::kReport, id, "InspectEvidence", 4, Of(CleanedPhoto()));
      }
      intake.Add(Kind::kReport, id, "ExportReports", "", 20);
    }
    v1::Contact one;
    one.set_minutes(12);
    add(intake, Kind::kContact, contact, "RecordContact", 1, Of(one), report_a);
    triage.Add(Kind::kCase, the_case, "OpenCase", "", 1, report_a);
    add(triage, Kind::kCase, the_case, "AddNote", 2, Text("a note"));
    add(triage, Kind::kCase, the_case, "ExportEvidenceBundle", 3, Text("for the court"));
    intake.Close();
    triage.Close();
    Put(intake.Chain(Kind::kContact, contact));
    Put(intake.Chain(Kind::kReport, report_a));
    Put(intake.Chain(Kind::kReport, report_b));
    Put(triage.Chain(Kind::kCase, the_case));
    entries[CheckpointsName("intake")] = ToJson(intake.Run());
    entries[CheckpointsName("triage")] = ToJson(triage.Run());
    v1::Case proto;
    proto.set_name(id::Name("cases", the_case));
    for (const id::Id& id : {report_a, report_b}) proto.add_reports(id::Name("reports", id));
    entries[kCase] = ToJson(proto);
    entries[PhotoName()] = std::string(1000, 'p');
    v1::WithheldContent& original = *manifest.add_withheld();
    original.set_service("intake");
    original.set_resource(id::Name("reports", report_a));
    original.set_sequence(3);
    original.set_file(true);
    original.set_reason(v1::WITHHELD_REASON_ORIGINAL);
    manifest.set_format(1);
    manifest.set_case_name(proto.name());
    manifest.set_tenant("acme");
    manifest.set_purpose("for the court");
    for (const char* service : {"intake", "triage"}) {
      v1::BundleAsOf& as_of = *manifest.add_as_of();
      as_of.set_service(service);
      as_of.set_checkpoint(4);
    }
  }

  void Put(const v1::AuditChain& chain) {
    entries[ChainName(chain.service(), chain.resource())] = ToJson(chain);
  }

  // Its cleaned copy.
  std::string PhotoName() const { return FileName(id::Name("reports", report_a), 4); }
  static intake::v1::Evidence Photo() {
    intake::v1::Evidence evidence;
    evidence.set_file_name("photo.jpg");
    evidence.set_size(1200);
    evidence.set_sha256(Sha256(std::string(1200, 'o')));
    return evidence;
  }
  static intake::v1::EvidenceAccess CleanedPhoto() {
    intake::v1::EvidenceAccess access;
    access.mutable_inspection()->set_has_derivative(true);
    access.mutable_inspection()->set_derivative_size(1000);
    access.mutable_inspection()->set_derivative_sha256(Sha256(std::string(1000, 'p')));
    return access;
  }
  static std::string Random() { return std::string(32, '\x07'); }
  template <typename Message>
  static v1::CommittedContent Of(const Message& message) {
    v1::CommittedContent content;
    content.set_random(Random());
    content.set_content(message.SerializeAsString());
    content.mutable_told()->set_type_url(TypeUrlOf(Message::descriptor()));
    return content;
  }
  static v1::CommittedContent Text(const std::string& text) {
    v1::CommittedContent content;
    content.set_random(Random());
    content.set_content(text);
    content.mutable_told()->set_type_url(TypeUrlOf(google::protobuf::StringValue::descriptor()));
    return content;
  }
  // With a part that no reader is told.
  static v1::CommittedContent Report(const std::string& narrative) {
    v1::Report report;
    report.set_narrative(narrative);
    report.add_keep_out("acme/the-boss");
    const audit::Opening opening = audit::OpeningOf(Random(), report.SerializeAsString());
    v1::CommittedContent content = Of(report);
    content.set_random(opening.random);
    content.set_content(opening.content);
    content.set_withheld(opening.withheld);
    return content;
  }

  // The archive, with a manifest that names what is there, signed with this key.
  std::string Archive(char key = kTriageKey) const {
    std::string bytes;
    Writer writer([&](std::string_view more) {
      bytes.append(more);
      return absl::OkStatus();
    });
    for (const auto& [name, content] : entries) {
      (void)writer.Begin(name, KindOf(name) == Kind::kFile ? "image/jpeg" : kJson, content.size())
          .ok();
      (void)writer.Append(content).ok();
    }
    (void)writer
        .Finish(manifest, [&](std::string_view text) { return SignManifest(TestKey(key), text); })
        .ok();
    return bytes;
  }

  // What whoever verifies has: the keys, and of each sink the checkpoints up to `newest`.
  Outside Given(int newest = 4, int oldest = 0) const {
    Outside outside;
    outside.public_keys["intake"] = TestKey(kIntakeKey).public_key();
    outside.public_keys["triage"] = TestKey(kTriageKey).public_key();
    for (const auto& [service, of] : {std::pair("intake", &intake), std::pair("triage", &triage)}) {
      outside.checkpoints[service].checkpoints = {of->checkpoints().begin() + oldest,
                                                  of->checkpoints().begin() + newest + 1};
    }
    return outside;
  }
};

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_TEST_BUNDLE_H_
