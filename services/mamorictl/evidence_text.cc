#include "services/mamorictl/evidence_text.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "services/mamorictl/output.h"

namespace mamori::ctl {

std::string Harmless(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view three = std::string_view(text).substr(i, 3);
    const bool turns = three.size() == 3 && ((three >= "\xe2\x80\xaa" && three <= "\xe2\x80\xae") ||
                                             (three >= "\xe2\x81\xa6" && three <= "\xe2\x81\xa9"));
    // U+0080 to U+009F are controls too.
    const bool high =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (turns) i += 2;
    if (high) i += 1;
    out.push_back(turns || high || byte < 0x20 || byte == 0x7f ? '?' : text[i]);
  }
  return out;
}

std::string EvidenceText(const intake::v1::Evidence& evidence) {
  Table facts({"EVIDENCE", evidence.name()});
  facts.AddRow({"state", EnumText(evidence.state())});
  facts.AddRow({"file name", evidence.identity() && evidence.file_name().empty()
                                 ? "withheld: it counts as identity"
                                 : Harmless(evidence.file_name())});
  facts.AddRow({"bytes", absl::StrCat(evidence.size())});
  facts.AddRow({"from", absl::StrCat(EnumText(evidence.side()), " ", evidence.author())});
  facts.AddRow({"begun", TimeText(evidence.has_create_time(), evidence.create_time())});
  facts.AddRow({"complete", TimeText(evidence.has_complete_time(), evidence.complete_time())});
  const auto& found = evidence.inspection();
  facts.AddRow({"type", found.media_type()});
  facts.AddRow({"malware", absl::StrCat(EnumText(found.malware()), " ", found.malware_reason())});
  facts.AddRow({"derivative", found.has_derivative()
                                  ? absl::StrCat(found.derivative_size(), " bytes")
                                  : absl::StrCat("none: ", found.no_derivative_reason())});
  return facts.Text();
}

}  // namespace mamori::ctl
