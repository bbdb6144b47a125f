#include "services/triage/search_rules.h"

#include <algorithm>
#include <string>

#include "common/text/text_search.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

constexpr size_t kMaxCharacters = 200;

size_t CharactersIn(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

absl::Status Validate(const v1::SearchCasesRequest& request) {
  status::Violations violations;
  if (CharactersIn(request.query()) > kMaxCharacters) {
    violations.Add("query", "too long, want 1 to 200 characters");
  } else if (!text::TextSearch::Of(request.query())) {
    violations.Add("query", "has neither letter nor digit");
  }
  if (request.page_size() < 0) violations.Add("page_size", "is negative, want 0 to 100");
  return violations.Status();
}

}  // namespace mamori::triage
