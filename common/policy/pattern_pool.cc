#include "common/policy/pattern_pool.h"

#include <utility>

namespace mamori::policy {
namespace {

constexpr int64_t kPatternMemory = 2 << 20;

}  // namespace

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemory);
  return options;
}

std::shared_ptr<const RE2> PatternPool::Get(const std::string& source) {
  {
    const std::lock_guard lock(mu_);
    if (const auto known = compiled_.find(source); known != compiled_.end()) return known->second;
  }
  // Others compile meanwhile; of two who compile the same the first has done it.
  auto compiled = std::make_shared<const RE2>(source, PatternOptions());
  const std::lock_guard lock(mu_);
  return compiled_.try_emplace(source, std::move(compiled)).first->second;
}

void PatternPool::Adopt(const std::string& source, std::shared_ptr<const RE2> compiled) {
  const std::lock_guard lock(mu_);
  compiled_.try_emplace(source, std::move(compiled));
}

}  // namespace mamori::policy
