#include "common/text/tokenizer.h"

#include <mecab.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mamori::text {
namespace {

constexpr size_t kMaxBytes = 1 << 20;
// MeCab's time grows with the square of a run of letters that it does not know, so it is given no
// more at once.
constexpr size_t kMaxPiece = 400;
constexpr std::string_view kEnds[] = {"。", "！", "？", "\n", "!", "?", "."};
// Columns of the dictionary's features.
constexpr int kClass = 0, kSubclass = 1, kLemma = 6;

std::string_view Field(std::string_view features, int index) {
  for (int i = 0; i < index; ++i) {
    const size_t comma = features.find(',');
    if (comma == std::string_view::npos) return "";
    features.remove_prefix(comma + 1);
  }
  return features.substr(0, features.find(','));
}

WordClass ClassOf(std::string_view name) {
  if (name == "名詞") return WordClass::kNoun;
  if (name == "動詞") return WordClass::kVerb;
  if (name == "形容詞") return WordClass::kAdjective;
  if (name == "副詞") return WordClass::kAdverb;
  return WordClass::kOther;
}

Word WordOf(const MeCab::Node& node) {
  Word word;
  word.surface = std::string_view(node.surface, node.length);
  const std::string_view features = node.feature;
  const std::string_view lemma = Field(features, kLemma);
  word.lemma = lemma.empty() || lemma == "*" ? std::string(word.surface) : std::string(lemma);
  word.word_class = ClassOf(Field(features, kClass));
  const std::string_view subclass = Field(features, kSubclass);
  word.dependent = subclass == "非自立" || subclass == "代名詞" || subclass == "接尾" ||
                   lemma == "する" || lemma == "いる" || lemma == "ある" || lemma == "なる";
  return word;
}

// How much of the text is read next: up to the end of a sentence, where that is near.
size_t PieceOf(std::string_view text) {
  if (text.size() <= kMaxPiece) return text.size();
  size_t best = 0;
  for (const std::string_view end : kEnds) {
    const size_t at = text.substr(0, kMaxPiece).rfind(end);
    if (at != std::string_view::npos) best = std::max(best, at + end.size());
  }
  if (best > 0) return best;
  // Not in the middle of a letter.
  size_t cut = kMaxPiece;
  while (cut > kMaxPiece - 4 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return cut;
}

class MecabTokenizer final : public Tokenizer {
 public:
  explicit MecabTokenizer(std::unique_ptr<MeCab::Model> model)
      : model_(std::move(model)), tagger_(model_->createTagger()) {}

  std::vector<Word> Words(std::string_view folded) override {
    folded = folded.substr(0, kMaxBytes);
    std::unique_ptr<MeCab::Lattice> lattice = Take();
    std::vector<Word> words;
    while (!folded.empty()) {
      const std::string_view piece = folded.substr(0, PieceOf(folded));
      folded.remove_prefix(piece.size());
      lattice->set_sentence(piece.data(), piece.size());
      if (!tagger_->parse(lattice.get())) continue;
      for (const MeCab::Node* node = lattice->bos_node(); node != nullptr; node = node->next) {
        if (node->stat == MECAB_NOR_NODE || node->stat == MECAB_UNK_NODE) {
          words.push_back(WordOf(*node));
        }
      }
    }
    lattice->clear();
    std::lock_guard lock(mu_);
    lattices_.push_back(std::move(lattice));
    return words;
  }

 private:
  // One for each thread that is at it now.
  std::unique_ptr<MeCab::Lattice> Take() {
    std::lock_guard lock(mu_);
    if (lattices_.empty()) return std::unique_ptr<MeCab::Lattice>(model_->createLattice());
    std::unique_ptr<MeCab::Lattice> lattice = std::move(lattices_.back());
    lattices_.pop_back();
    return lattice;
  }

  const std::unique_ptr<MeCab::Model> model_;
  const std::unique_ptr<MeCab::Tagger> tagger_;
  std::mutex mu_;
  std::vector<std::unique_ptr<MeCab::Lattice>> lattices_;
};

}  // namespace

absl::Status CheckDictionary(const std::string& dictionary) {
  if (access((dictionary + "/sys.dic").c_str(), R_OK) == 0) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(dictionary, ": no dictionary of MeCab, want mecab-ipadic-utf8"));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Load(const std::string& dictionary) {
  if (absl::Status status = CheckDictionary(dictionary); !status.ok()) return status;
  // No rc file: what the machine's administrator set for other programs is not ours.
  const std::string arguments = absl::StrCat("-r /dev/null -d ", dictionary);
  std::unique_ptr<MeCab::Model> model(MeCab::createModel(arguments.c_str()));
  if (model == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(dictionary, ": MeCab does not read it: ", MeCab::getLastError()));
  }
  return std::make_unique<MecabTokenizer>(std::move(model));
}

absl::StatusOr<Tokenizer*> LazyTokenizer::Get() {
  std::lock_guard lock(mu_);
  if (tokenizer_ == nullptr) {
    absl::StatusOr<std::unique_ptr<Tokenizer>> loaded = Tokenizer::Load(dictionary_);
    if (!loaded.ok()) return loaded.status();
    tokenizer_ = *std::move(loaded);
  }
  return tokenizer_.get();
}

}  // namespace mamori::text
