// Words of a text with their dictionary forms, by MeCab: Japanese needs a dictionary to know where
// a word ends.
#ifndef MAMORI_COMMON_TEXT_TOKENIZER_H_
#define MAMORI_COMMON_TEXT_TOKENIZER_H_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mamori::text {

// Where Debian's mecab-ipadic-utf8 puts it.
inline constexpr char kDictionary[] = "/var/lib/mecab/dic/ipadic-utf8";

enum class WordClass {
  kNoun,  // numbers and what the dictionary does not know included
  kVerb,  // also those that only help: する, いる
  kAdjective,
  kAdverb,
  kOther,  // particles, auxiliaries, symbols
};

struct Word {
  std::string_view surface;  // of the text that was given
  std::string lemma;         // the dictionary form, or the surface where there is none
  WordClass word_class = WordClass::kOther;
  // Carries no meaning of its own though its class does: pronouns, する, こと.
  bool dependent = false;
};

// One dictionary for all threads, mapped from its file.
class Tokenizer {
 public:
  // NOT_FOUND without the dictionary. Costs some 50 ms, and memory for what of the dictionary is
  // touched.
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Load(
      const std::string& dictionary = kDictionary);
  virtual ~Tokenizer() = default;
  // In their order. `folded` is as Fold makes it; bytes that are no text become words of their own.
  // Linear; texts above 1 MiB are cut there.
  virtual std::vector<Word> Words(std::string_view folded) = 0;
};

// Whether a dictionary is there that Load would read.
absl::Status CheckDictionary(const std::string& dictionary = kDictionary);

// Loads on first use, so that a process that needs no words pays for none. Thread safe.
class LazyTokenizer {
 public:
  explicit LazyTokenizer(std::string dictionary = kDictionary)
      : dictionary_(std::move(dictionary)) {}
  // As Tokenizer::Load; tried again when it failed.
  absl::StatusOr<Tokenizer*> Get();

 private:
  const std::string dictionary_;
  std::mutex mu_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

}  // namespace mamori::text

#endif  // MAMORI_COMMON_TEXT_TOKENIZER_H_
