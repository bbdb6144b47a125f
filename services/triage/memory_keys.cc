#include "services/triage/memory_keys.h"

#include "absl/strings/str_cat.h"

namespace mamori::triage {
namespace {

constexpr size_t kIdBytes = 16;

}  // namespace

id::Id MemoryKeys::Tag(std::string_view what, std::string_view tenant, std::string_view kind,
                       std::string_view text) const {
  return text.empty() ? id::Id() : key_.Tag({what, tenant, kind, text}).substr(0, kIdBytes);
}

id::Id MemoryKeys::Actor(std::string_view tenant, v1::ActorKind kind, std::string_view name) const {
  return Tag("actor", tenant, absl::StrCat(static_cast<int>(kind)), name);
}

id::Id MemoryKeys::Demand(std::string_view tenant, std::string_view demand) const {
  return Tag("demand", tenant, "", demand);
}

}  // namespace mamori::triage
