// Numbers and texts with their lengths, one after another: what is hashed and signed is made of.
#ifndef MAMORI_COMMON_AUDIT_WIRE_H_
#define MAMORI_COMMON_AUDIT_WIRE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace mamori::audit {

template <typename Number>
void PutNumber(Number number, std::string& out) {
  for (size_t i = 0; i < sizeof(Number); ++i) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(number) >> (8 * i)));
  }
}

// Texts are shorter than 64 KiB: names, ids and hashes.
inline void PutText(std::string_view text, std::string& out) {
  PutNumber(static_cast<uint16_t>(text.size()), out);
  out.append(text);
}

// Reads what the above wrote; once something is missing, everything is.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  template <typename Number>
  Number TakeNumber() {
    const std::string_view bytes = Take(sizeof(Number));
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      number |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return static_cast<Number>(number);
  }
  std::string_view TakeText() { return Take(TakeNumber<uint16_t>()); }
  std::string_view Take(size_t size) {
    if (size > in_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view taken = in_.substr(0, size);
    in_.remove_prefix(size);
    return taken;
  }
  bool ok() const { return ok_; }
  // Everything was there and nothing is left.
  bool Done() const { return ok_ && in_.empty(); }
  bool empty() const { return in_.empty(); }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_WIRE_H_
