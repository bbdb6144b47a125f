#include "common/audit/notary.h"

#include <utility>

#include "common/audit/checkpoint.h"
#include "common/audit/hash.h"

namespace mamori::audit {

std::vector<v1::EntryStatement> Notary::State(const Group& group) const {
  std::vector<v1::EntryStatement> statements(group.entries.size());
  std::vector<std::vector<std::string>> paths = MerklePaths(group.hashes);
  for (size_t i = 0; i < statements.size(); ++i) {
    v1::EntryStatement& one = statements[i];
    one.set_service(service_);
    one.set_entry(group.entries[i]);
    one.set_group_id(group.group_id);
    one.set_count(static_cast<int64_t>(statements.size()));
    one.set_index(static_cast<int64_t>(i));
    for (std::string& node : paths[i]) one.add_path(std::move(node));
    // It is over what all of them have in common.
    if (i == 0) {
      Sign(key_, one);
    } else {
      one.set_signature(statements[0].signature());
    }
  }
  return statements;
}

}  // namespace mamori::audit
