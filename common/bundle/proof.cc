#include "common/bundle/proof.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/audit/checkpoint.h"
#include "common/audit/hash.h"
#include "common/bundle/documents.h"
#include "common/id/id.h"
#include "common/status/macros.h"

namespace mamori::bundle {
namespace {

using audit::Entry;

struct Collection {
  const char* name;
  const char* service;
  audit::Kind kind;
};
constexpr Collection kCollections[] = {{"cases", "triage", audit::Kind::kCase},
                                       {"contacts", "intake", audit::Kind::kContact},
                                       {"reports", "intake", audit::Kind::kReport}};
// A tree has at most so many levels.
constexpr int kMaxPath = 64;

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// The root that a leaf's way leads to; empty when it leads to none.
template <typename Place>
std::string RootOf(std::string leaf, const Place& place) {
  if (place.index() < 0 || place.index() >= place.count() || place.path_size() > kMaxPath) {
    return "";
  }
  return audit::RootFromPath(std::move(leaf), static_cast<size_t>(place.index()),
                             static_cast<size_t>(place.count()),
                             {place.path().begin(), place.path().end()});
}

absl::StatusOr<std::vector<Entry>> CheckEntries(const v1::AuditChain& chain,
                                                const ChainOwner& owner) {
  if (chain.entries().empty() || chain.entries_size() != chain.told_size()) {
    return Wrong("it has no entries, or not as many as it tells in words");
  }
  std::vector<Entry> entries;
  std::string previous;
  for (int i = 0; i < chain.entries_size(); ++i) {
    const std::string name = absl::StrCat("entry ", i + 1, ": ");
    absl::StatusOr<Entry> entry = audit::Decode(chain.entries(i));
    if (!entry.ok()) return Wrong(name + "not an audit entry");
    if (entry->kind != owner.kind || entry->resource_id != owner.id) {
      return Wrong(name + "it is of something else");
    }
    if (entry->sequence != i + 1) return Wrong(name + "one is missing before it");
    if (entry->previous != previous) return Wrong(name + "it does not follow from the one before");
    if (!entries.empty() && entry->tenant != entries.front().tenant) {
      return Wrong(name + "it is another tenant's");
    }
    if (!entries.empty() && entry->time < entries.back().time) {
      return Wrong(name + "time runs backwards");
    }
    if (!google::protobuf::util::MessageDifferencer::Equals(Told(*entry), chain.told(i))) {
      return Wrong(name + "what it says in words is not what it says");
    }
    previous = audit::HashOf(chain.entries(i));
    entries.push_back(*std::move(entry));
  }
  return entries;
}

// The group's leaf covers the first entry alone.
absl::Status CheckGroup(const v1::AuditChain& chain, const audit::Leaf& leaf) {
  const v1::GroupPlace& group = chain.group();
  if (group.group_id() != leaf.id || group.count() != leaf.length ||
      RootOf(audit::HashOf(chain.entries(0)), group) != leaf.head) {
    return Wrong("its first entry is not in the group that the checkpoint covers");
  }
  return absl::OkStatus();
}

const v1::Checkpoint* Find(const v1::CheckpointRun& run, int64_t number) {
  const auto found = std::lower_bound(
      run.checkpoints().begin(), run.checkpoints().end(), number,
      [](const v1::Checkpoint& one, int64_t wanted) { return one.number() < wanted; });
  return found != run.checkpoints().end() && found->number() == number ? &*found : nullptr;
}

// From where on the run has every checkpoint up to `last`.
int64_t BeginOfUnbroken(const v1::CheckpointRun& run, int64_t last) {
  int64_t begin = last;
  while (Find(run, begin - 1) != nullptr) --begin;
  return begin;
}

}  // namespace

absl::StatusOr<ChainOwner> OwnerOf(std::string_view resource) {
  for (const Collection& one : kCollections) {
    absl::StatusOr<id::Id> id = id::FromName(one.name, resource);
    if (id.ok()) return ChainOwner{one.service, one.kind, *std::move(id)};
  }
  return Wrong("no bundle holds the audit of such a thing");
}

absl::StatusOr<ProvenChain> CheckChain(const v1::AuditChain& chain) {
  ASSIGN_OR_RETURN(const ChainOwner owner, OwnerOf(chain.resource()));
  if (chain.service() != owner.service) return Wrong("it is said to be another service's");
  ProvenChain proven;
  ASSIGN_OR_RETURN(proven.entries, CheckEntries(chain, owner));
  if (!chain.has_leaf()) return proven;
  const auto leaves = audit::DecodeLeaves(chain.leaf().leaf());
  if (!leaves.ok() || leaves->size() != 1) return Wrong("its leaf is none");
  const audit::Leaf& leaf = leaves->front();
  if (leaf.kind == audit::Kind::kNone) {
    RETURN_IF_ERROR(CheckGroup(chain, leaf));
    proven.covered = 1;
  } else {
    const auto length = static_cast<size_t>(leaf.length);
    if (leaf.kind != owner.kind || leaf.id != owner.id || leaf.length < 1 ||
        length > proven.entries.size() ||
        audit::HashOf(chain.entries(static_cast<int>(length) - 1)) != leaf.head) {
      return Wrong("its leaf is of another chain, or of another end of it");
    }
    proven.covered = length;
  }
  proven.root = RootOf(audit::RootOf(*leaves), chain.leaf());
  if (proven.root.empty()) return Wrong("its leaf's way leads to no root");
  proven.checkpoint = chain.leaf().checkpoint();
  return proven;
}

absl::Status CheckRun(const v1::CheckpointRun& run, std::string_view public_key) {
  const v1::Checkpoint* before = nullptr;
  for (const v1::Checkpoint& one : run.checkpoints()) {
    const std::string name = absl::StrCat("checkpoint ", one.number(), ": ");
    if (one.service() != run.service()) return Wrong(name + "it is another service's");
    if (one.number() < 0) return Wrong(name + "it has no such number");
    if (!audit::IsSigned(public_key, one)) {
      return Wrong(name + "not signed with the public key that was given");
    }
    if (before != nullptr) {
      if (one.number() <= before->number()) return Wrong(name + "it stands out of its order");
      if (one.number() == before->number() + 1 && one.previous() != audit::HashOf(*before)) {
        return Wrong(name + "it does not follow from the one before");
      }
    }
    before = &one;
  }
  return before == nullptr ? Wrong("there is no checkpoint") : absl::OkStatus();
}

absl::Status CheckAgainst(const v1::CheckpointRun& run, int64_t as_of,
                          const OutsideCheckpoints& outside, std::string_view public_key) {
  if (Find(run, as_of) == nullptr || run.checkpoints().rbegin()->number() != as_of) {
    return Wrong("the bundle does not end at the checkpoint that it names");
  }
  if (outside.checkpoints.empty()) {
    return Wrong("no checkpoint was given: what a bundle says of itself proves nothing");
  }
  std::map<int64_t, const v1::Checkpoint*> given;
  for (const v1::Checkpoint& one : outside.checkpoints) {
    const std::string name = absl::StrCat("the given checkpoint ", one.number(), " ");
    if (one.service() != run.service()) return Wrong(name + "is another service's");
    const v1::Checkpoint* own = Find(run, one.number());
    if (own != nullptr && audit::HashOf(*own) != audit::HashOf(one)) {
      return Wrong(name + "is not the one in the bundle");
    }
    given[one.number()] = &one;
  }
  const int64_t newest = given.rbegin()->first;
  if (newest <= as_of) {
    return BeginOfUnbroken(run, as_of) <= newest
               ? absl::OkStatus()
               : Wrong(absl::StrCat("the bundle's checkpoints do not go back to the given one, ",
                                    newest, ": give a newer one, which the sink has"));
  }
  if (!outside.accept_older) {
    return Wrong(absl::StrCat("the bundle ends at checkpoint ", as_of, ", before the given one, ",
                              newest, ": what happened in between is not in it"));
  }
  // The others follow from this one.
  if (!audit::IsSigned(public_key, *given[newest])) {
    return Wrong(absl::StrCat("the given checkpoint ", newest,
                              " is not signed with the public key that was given"));
  }
  for (int64_t number = newest; number > as_of; --number) {
    const auto before = given.find(number - 1);
    if (before == given.end() || given[number]->previous() != audit::HashOf(*before->second)) {
      return Wrong(absl::StrCat("the given checkpoints do not lead from ", newest,
                                " back to the bundle's end, ", as_of, ": ", number - 1,
                                " is missing or another"));
    }
  }
  return absl::OkStatus();
}

bool IsUnconfirmed(const v1::CheckpointRun& run, int64_t number, const std::set<int64_t>& given) {
  return number < BeginOfUnbroken(run, run.checkpoints().rbegin()->number()) &&
         !given.contains(number);
}

}  // namespace mamori::bundle
