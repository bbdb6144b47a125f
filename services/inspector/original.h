// The file as far as it is kept: its beginning, and all of it in the working directory as long as
// it may be cleaned.
#ifndef MAMORI_SERVICES_INSPECTOR_ORIGINAL_H_
#define MAMORI_SERVICES_INSPECTOR_ORIGINAL_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace mamori::inspector {

class Original {
 public:
  static constexpr size_t kBeginning = 1 << 20;

  // Above `max_bytes` nothing is stored; with 0 never.
  explicit Original(uint64_t max_bytes);
  ~Original();
  Original(const Original&) = delete;
  Original& operator=(const Original&) = delete;

  void Append(std::string_view bytes);
  const std::string& beginning() const { return beginning_; }
  uint64_t size() const { return size_; }

  // No more is stored, and what was is gone.
  void Drop();
  // All of it is in the working directory's file `name` now. False when it is not.
  bool Keep(const std::string& name);

 private:
  void Store(std::string_view bytes);

  const uint64_t max_bytes_;
  std::string beginning_;
  uint64_t size_ = 0;
  int fd_ = -1;
};

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_ORIGINAL_H_
