// How many of a server's threads one person may hold at once.
#ifndef MAMORI_COMMON_SERVER_PERSON_SHARE_H_
#define MAMORI_COMMON_SERVER_PERSON_SHARE_H_

#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace mamori::server {

// Thread safe.
class PersonShare {
 public:
  explicit PersonShare(int most) : most_(most) {}

  // False when the person holds as many as one may. Leave() for each that was true.
  bool Enter(const std::string& tenant, const std::string& person) {
    std::lock_guard lock(mu_);
    int& held = held_[{tenant, person}];
    if (held >= most_) return false;
    ++held;
    return true;
  }
  void Leave(const std::string& tenant, const std::string& person) {
    std::lock_guard lock(mu_);
    const auto found = held_.find({tenant, person});
    if (found != held_.end() && --found->second == 0) held_.erase(found);
  }

 private:
  using Key = std::pair<std::string, std::string>;
  struct Hash {
    size_t operator()(const Key& key) const {
      return std::hash<std::string>()(key.first) * 31 + std::hash<std::string>()(key.second);
    }
  };

  const int most_;
  std::mutex mu_;
  std::unordered_map<Key, int, Hash> held_;  // those who hold some
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_PERSON_SHARE_H_
