#include "services/triage/term_index.h"

#include "absl/strings/ascii.h"

namespace mamori::triage {
namespace {

bool BeginsWord(std::string_view text, size_t at) {
  return !absl::ascii_isalpha(text[at]) || at == 0 || !absl::ascii_isalnum(text[at - 1]);
}

}  // namespace

TermIndex::TermIndex(std::vector<std::string> terms) : terms_(terms) {}

void TermIndex::Find(std::string_view folded, std::vector<bool>& found) const {
  terms_.Find(folded, [&](int index, size_t at) {
    if (BeginsWord(folded, at)) found[static_cast<size_t>(index)] = true;
  });
}

}  // namespace mamori::triage
