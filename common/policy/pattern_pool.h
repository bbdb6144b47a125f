// The compiled patterns of a policy, each once however many rules share it.
#ifndef MAMORI_COMMON_POLICY_PATTERN_POOL_H_
#define MAMORI_COMMON_POLICY_PATTERN_POOL_H_

#include <re2/re2.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace mamori::policy {

// How all patterns are read: UTF-8, case-insensitive, `.` stays within a line, bounded memory.
RE2::Options PatternOptions();

// The same words by someone outside and by someone inside are two rules with the same patterns.
// Thread safe.
class PatternPool {
 public:
  // `source` compiled, now or before; never nullptr, but it may be !ok().
  std::shared_ptr<const RE2> Get(const std::string& source);
  // Takes in what someone compiled anyway, with PatternOptions().
  void Adopt(const std::string& source, std::shared_ptr<const RE2> compiled);

 private:
  std::mutex mu_;
  std::map<std::string, std::shared_ptr<const RE2>, std::less<>> compiled_;
};

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_PATTERN_POOL_H_
