#include "common/bundle/contents.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/audit/hash.h"
#include "common/bundle/documents.h"
#include "common/bundle/names.h"
#include "mamori/intake/v1/evidence_service.pb.h"

namespace mamori::bundle {
namespace {

constexpr char kSigner[] = "triage";

std::string Text(const absl::Status& status) { return std::string(status.message()); }

std::string KeyOf(std::string_view service, std::string_view resource) {
  return absl::StrCat(absl::string_view(service.data(), service.size()), "/",
                      absl::string_view(resource.data(), resource.size()));
}

}  // namespace

Contents::Contents(const Outside& outside, Verdict& verdict)
    : outside_(outside), verdict_(verdict) {
  for (const v1::BundleAsOf& one : verdict.manifest.as_of()) {
    as_of_[one.service()] = one.checkpoint();
  }
}

void Contents::Find(std::string_view where, std::string_view what) { verdict_.Find(where, what); }

void Contents::Read(const std::string& name, const std::string& json) {
  switch (KindOf(name)) {
    case Kind::kCase:
      return ReadCase(name, json);
    case Kind::kChain:
      return ReadChain(name, json);
    case Kind::kCheckpoints:
      return ReadCheckpoints(name, json);
    case Kind::kContent:
      return ReadContent(name, json);
    case Kind::kFile:
    case Kind::kUnknown:
      break;
  }
}

void Contents::ReadFile(const std::string& name, uint64_t size, const std::string& sha256) {
  const auto expected = files_.find(name);
  if (expected == files_.end()) return Find(name, "the audit tells of no such file");
  if (static_cast<uint64_t>(expected->second.size) != size || expected->second.sha256 != sha256) {
    Find(name, "it is not the file that the audit tells of: its size or its SHA-256 is another");
  }
  files_.erase(expected);
}

// What an opened entry says of a file has to be there too: its original, or its cleaned copy.
void Contents::ExpectFile(const v1::CommittedContent& content) {
  const std::string name = FileName(content.resource(), content.sequence());
  intake::v1::Evidence evidence;
  if (content.told().UnpackTo(&evidence)) {
    files_[name] = {evidence.size(), evidence.sha256()};
    return;
  }
  intake::v1::EvidenceAccess access;
  if (!content.told().UnpackTo(&access) || !access.inspection().has_derivative()) return;
  files_[name] = {access.inspection().derivative_size(), access.inspection().derivative_sha256()};
}

void Contents::Finish() {
  CheckWithheld();
  CheckWhole();
}

void Contents::ReadCase(const std::string& name, const std::string& json) {
  if (const absl::Status read = FromJson(json, case_); !read.ok()) return Find(name, Text(read));
  if (case_.name() != verdict_.manifest.case_name()) {
    Find(name, "it is another case than the manifest names");
  }
}

void Contents::ReadChain(const std::string& name, const std::string& json) {
  v1::AuditChain chain;
  if (const absl::Status read = FromJson(json, chain); !read.ok()) return Find(name, Text(read));
  if (ChainName(chain.service(), chain.resource()) != name) {
    return Find(name, "it is the audit of something else");
  }
  const absl::StatusOr<ProvenChain> proven = CheckChain(chain);
  if (!proven.ok()) return Find(name, Text(proven.status()));
  Held& held = chains_[KeyOf(chain.service(), chain.resource())];
  held.name = name;
  held.checkpoint = proven->checkpoint;
  held.root = proven->root;
  held.covered = proven->covered;
  held.length = proven->entries.size();
  held.tenant = proven->entries.front().tenant;
  if (held.covered < held.length) held.first_uncovered = proven->entries[held.covered].time;
  for (const audit::Entry& entry : proven->entries) {
    if (!entry.commitment.empty()) held.commitments[entry.sequence] = entry.commitment;
    if (audit::IsDisposal(entry)) {
      held.last_disposal = entry.sequence;
    }
    if (entry.cause_kind != audit::Kind::kNone) {
      held.causes.push_back(audit::NameOf(entry.cause_kind, entry.cause_id));
    }
  }
  verdict_.entries += static_cast<int64_t>(held.length);
}

void Contents::CheckCovered(const v1::CheckpointRun& run, const Held& held,
                            const std::set<int64_t>& given) {
  const auto at =
      std::find_if(run.checkpoints().begin(), run.checkpoints().end(),
                   [&](const v1::Checkpoint& one) { return one.number() == held.checkpoint; });
  if (held.checkpoint >= 0) {
    if (at == run.checkpoints().end()) {
      return Find(held.name, absl::StrCat("checkpoint ", held.checkpoint,
                                          ", to which it leads, is not in the bundle"));
    }
    if (at->root() != held.root) {
      return Find(held.name,
                  absl::StrCat("it does not lead to checkpoint ", held.checkpoint, "'s root"));
    }
    if (IsUnconfirmed(run, held.checkpoint, given)) {
      verdict_.notes.push_back(absl::StrCat(
          held.name, ": checkpoint ", held.checkpoint,
          " is signed, but too old to be joined to a given one; give the sink's whole file"));
    }
  }
  if (held.covered == held.length) return;
  const absl::Time end = absl::FromUnixMicros(run.checkpoints().rbegin()->time_micros());
  const std::string tail =
      absl::StrCat("from entry ", held.covered + 1, " on it is in no checkpoint");
  if (held.first_uncovered <= end) return Find(held.name, tail + ", though it was to be");
  // What is told to the day only.
  verdict_.notes.push_back(absl::StrCat(held.name, ": ", tail,
                                        " yet, since its day was not over; the manifest's "
                                        "signature alone speaks for that"));
}

void Contents::ReadCheckpoints(const std::string& name, const std::string& json) {
  v1::CheckpointRun run;
  if (const absl::Status read = FromJson(json, run); !read.ok()) return Find(name, Text(read));
  const std::string& service = run.service();
  if (CheckpointsName(service) != name) return Find(name, "they are another service's");
  const auto key = outside_.public_keys.find(service);
  if (key == outside_.public_keys.end()) {
    return Find(name, absl::StrCat("no public key of ", service, " was given"));
  }
  absl::Status right = CheckRun(run, key->second);
  const auto outside = outside_.checkpoints.find(service);
  static const OutsideCheckpoints kNone;
  const OutsideCheckpoints& given = outside == outside_.checkpoints.end() ? kNone : outside->second;
  const auto as_of = as_of_.find(service);
  if (right.ok()) {
    right = CheckAgainst(run, as_of == as_of_.end() ? -1 : as_of->second, given, key->second);
  }
  if (!right.ok()) return Find(name, Text(right));
  std::set<int64_t> numbers;
  for (const v1::Checkpoint& one : given.checkpoints) numbers.insert(one.number());
  if (*numbers.rbegin() > as_of->second) {
    verdict_.notes.push_back(absl::StrCat(name, ": the bundle ends at checkpoint ", as_of->second,
                                          "; what happened up to the given one, ",
                                          *numbers.rbegin(), ", is not in it"));
  }
  services_.insert(service);
  const std::string prefix = service + "/";
  for (const auto& [chain, held] : chains_) {
    if (chain.starts_with(prefix)) CheckCovered(run, held, numbers);
  }
}

void Contents::ReadContent(const std::string& name, const std::string& json) {
  v1::CommittedContent content;
  if (const absl::Status read = FromJson(json, content); !read.ok()) return Find(name, Text(read));
  if (ContentName(content.service(), content.resource(), content.sequence()) != name) {
    return Find(name, "it is the content of something else");
  }
  const auto chain = chains_.find(KeyOf(content.service(), content.resource()));
  if (chain == chains_.end()) return Find(name, "the audit of it is not in the bundle");
  const auto commitment = chain->second.commitments.find(content.sequence());
  if (commitment == chain->second.commitments.end()) {
    return Find(name, "the audit commits to no content there");
  }
  if (content.random().size() != audit::kHashBytes || CommitmentOf(content) != commitment->second) {
    return Find(name,
                "it does not open the commitment in the audit: the content or its random "
                "bytes are others");
  }
  if (const absl::Status told = CheckTold(content); !told.ok()) return Find(name, Text(told));
  chain->second.commitments.erase(commitment);
  ++verdict_.opened;
  ExpectFile(content);
}

void Contents::CheckWithheldFile(const std::string& where, const v1::WithheldContent& one) {
  if (files_.erase(FileName(one.resource(), one.sequence())) == 0) {
    Find(where, "the audit tells of no file there, or it is there all the same");
  }
}

void Contents::CheckWithheld() {
  for (const v1::WithheldContent& one : verdict_.manifest.withheld()) {
    const std::string where =
        absl::StrCat(kManifest, ", withheld ", one.resource(),
                     one.sequence() == 0 ? std::string() : absl::StrCat(" entry ", one.sequence()));
    if (one.reason() == v1::WITHHELD_REASON_MISSING ||
        one.reason() == v1::WITHHELD_REASON_UNSPECIFIED ||
        !v1::WithheldReason_IsValid(one.reason())) {
      Find(where, "the service did not find what the audit tells of");
      continue;
    }
    if (one.file()) {
      CheckWithheldFile(where, one);
      continue;
    }
    const auto chain = chains_.find(KeyOf(one.service(), one.resource()));
    if (one.sequence() == 0) {
      if (chain != chains_.end()) Find(where, "it is said to be withheld and is there");
      absent_.insert(one.resource());
      continue;
    }
    if (chain == chains_.end() || chain->second.commitments.erase(one.sequence()) == 0) {
      Find(where, "the audit commits to nothing there, or it is there all the same");
    } else if (one.reason() == v1::WITHHELD_REASON_DISPOSED) {
      // A contact goes with its report.
      const auto report = chain->second.causes.empty()
                              ? chains_.end()
                              : chains_.find(KeyOf(one.service(), chain->second.causes.front()));
      const bool disposed = chain->second.last_disposal > one.sequence() ||
                            (report != chains_.end() && report->second.last_disposal > 0);
      if (!disposed) Find(where, "it is said to be disposed of, but the audit tells nothing of it");
    }
  }
}

void Contents::CheckWhole() {
  for (const auto& [key, held] : chains_) {
    for (const auto& [sequence, commitment] : held.commitments) {
      Find(held.name, absl::StrCat("what entry ", sequence, " commits to is neither in the bundle ",
                                   "nor said to be withheld"));
    }
    if (held.tenant != verdict_.manifest.tenant()) {
      Find(held.name, "it is of another tenant than the manifest says");
    }
    if (!services_.contains(key.substr(0, key.find('/')))) {
      Find(held.name, "the checkpoints of its service are not in the bundle, or do not hold");
    }
  }
  for (const auto& [name, file] : files_) {
    Find(name, "the audit tells of this file, which is neither in the bundle nor withheld");
  }
  const auto has = [&](const std::string& resource) {
    return chains_.contains(KeyOf("intake", resource)) || absent_.contains(resource);
  };
  if (case_.name().empty()) Find(kCase, "the case is not in the bundle");
  const auto chain = chains_.find(KeyOf(kSigner, verdict_.manifest.case_name()));
  if (chain == chains_.end()) return Find(kCase, "the audit of the case is not in the bundle");
  std::set<std::string> reports(case_.reports().begin(), case_.reports().end());
  for (const std::string& report : reports) {
    if (!has(report)) Find(kCase, absl::StrCat(report, ", which is in the case, is not there"));
  }
  for (const auto& [key, held] : chains_) {
    const bool is_report = key.starts_with("intake/reports/");
    if (is_report && !reports.contains(key.substr(key.find('/') + 1))) {
      Find(held.name, "it is of a report that is not in the case");
    }
    if (key.starts_with("intake/contacts/") && (held.causes.empty() || !has(held.causes.front()))) {
      Find(held.name, "it is a contact of a report that is not in the case");
    }
  }
}

}  // namespace mamori::bundle
