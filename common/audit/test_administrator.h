// A database administrator who knows this code: changes rows, recomputes every hash that needs no
// key, and hides the traces.
#ifndef MAMORI_COMMON_AUDIT_TEST_ADMINISTRATOR_H_
#define MAMORI_COMMON_AUDIT_TEST_ADMINISTRATOR_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/audit/hash.h"
#include "common/audit/test_service.h"

namespace mamori::audit {

class Administrator {
 public:
  explicit Administrator(Service& service) : service_(service), db_(service.database_) {}

  // Changes an entry and makes the rest of the chain follow from it.
  void Rewrite(const id::Id& report, int64_t sequence, const std::function<void(Entry&)>& change) {
    std::string previous;
    for (const db::Row& row : db_.Query(
             "SELECT sequence, entry FROM audit_entry WHERE resource_id = ? ORDER BY sequence",
             db::Params().Add(report))) {
      if (row.GetInt64(0) < sequence) continue;
      Entry entry = *Decode(row.GetBytes(1));
      if (row.GetInt64(0) == sequence) change(entry);
      if (!previous.empty()) entry.previous = previous;
      const std::string encoded = Encode(entry);
      previous = HashOf(encoded);
      db_.Execute(
          "UPDATE audit_entry SET entry = ?, hash = ?, time = ? WHERE resource_id = ?"
          " AND sequence = ?",
          db::Params().Add(encoded).Add(previous).Add(entry.time).Add(report).Add(row.GetInt64(0)));
    }
    Head(report, previous, INT64_MAX);
  }

  // Makes every leaf of a chain say what the rows say now, and every root follow from the leaves.
  void Head(const id::Id& report, const std::string& head, int64_t length) {
    Leaves([&](std::vector<Leaf>& leaves) {
      for (Leaf& leaf : leaves) {
        if (leaf.id != report || leaf.kind != Kind::kReport) continue;
        leaf.head = head;
        leaf.length = std::min(leaf.length, length);
      }
    });
  }
  void Leaves(const std::function<void(std::vector<Leaf>&)>& change) {
    for (const db::Row& row : db_.Query("SELECT number, leaves FROM audit_leaf")) {
      std::vector<Leaf> leaves = *DecodeLeaves(row.GetBytes(1));
      change(leaves);
      db_.Execute("UPDATE audit_leaf SET leaves = ? WHERE number = ?",
                  db::Params().Add(Encode(leaves)).Add(row.GetInt64(0)));
      db_.Execute("UPDATE audit_checkpoint SET root = ? WHERE number = ?",
                  db::Params().Add(RootOf(leaves)).Add(row.GetInt64(0)));
    }
    std::string previous;
    for (v1::Checkpoint& one : Checkpoints()) {
      one.set_previous(previous);
      db_.Execute("UPDATE audit_checkpoint SET previous = ? WHERE number = ?",
                  db::Params().Add(previous).Add(one.number()));
      previous = HashOf(one);
    }
  }
  // The group in which a chain begins, without it; everything recomputed.
  void ForgetFirst(const id::Id& resource) {
    for (const db::Row& row : db_.Query("SELECT group_id, entries FROM audit_group")) {
      std::vector<std::string> entries;
      std::vector<std::string> hashes;
      const auto split = Split(row.GetBytes(1));
      for (const std::string_view one : *split) {
        if (Decode(one)->resource_id == resource) continue;
        entries.emplace_back(one);
        hashes.push_back(HashOf(one));
      }
      const std::string root = MerkleRoot(hashes);
      const auto count = static_cast<int64_t>(entries.size());
      db_.Execute("UPDATE audit_group SET entries = ?, count = ?, root = ? WHERE group_id = ?",
                  db::Params().Add(Join(entries)).Add(count).Add(root).Add(row.GetBytes(0)));
      Leaves([&](std::vector<Leaf>& leaves) {
        for (Leaf& leaf : leaves) {
          if (leaf.id != row.GetBytes(0)) continue;
          leaf.head = root;
          leaf.length = count;
        }
      });
    }
  }
  // All of `tables` that is about something, its chain included, and no leaf that names it.
  void ForgetWhole(const id::Id& resource, const std::string& key,
                   const std::vector<std::string>& tables) {
    for (const std::string& table : tables) {
      db_.Execute("DELETE FROM " + table + " WHERE " + key + " = ?", db::Params().Add(resource));
    }
    db_.Execute("DELETE FROM audit_entry WHERE resource_id = ?", db::Params().Add(resource));
    ForgetFirst(resource);
    Leaves([&](std::vector<Leaf>& leaves) {
      std::erase_if(leaves, [&](const Leaf& leaf) { return leaf.id == resource; });
    });
  }
  std::vector<v1::Checkpoint> Checkpoints() {
    std::vector<v1::Checkpoint> all;
    EXPECT_THAT(db_.transactor().Run({},
                                     [&](db::Tx& tx) -> absl::Status {
                                       auto read = ReadCheckpoints(tx, service_.name_, -1, 1000);
                                       if (read.ok()) all = *read;
                                       return read.status();
                                     }),
                testing::IsOk());
    return all;
  }
  // Signs all checkpoints with a key of his own.
  void SignAll() {
    const crypto::SigningKey own = Service::Sign('e');
    std::string previous;
    for (v1::Checkpoint& one : Checkpoints()) {
      one.set_previous(previous);
      Sign(own, one);
      previous = HashOf(one);
      db_.Execute("UPDATE audit_checkpoint SET previous = ?, signature = ? WHERE number = ?",
                  db::Params().Add(one.previous()).Add(one.signature()).Add(one.number()));
    }
  }

 private:
  Service& service_;
  testing::TestDatabase& db_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_TEST_ADMINISTRATOR_H_
