#include "services/mamorictl/statistics_chart.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace mamori::ctl {
namespace {

using triage::v1::Statistics;
using triage::v1::StatisticsRow;
using triage::v1::StatisticsTable;

constexpr int kWidth = 820, kLeft = 260, kBarWidth = 460, kLine = 22, kHeading = 40, kMargin = 24;

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// Lines of none say nothing in a picture; the table has them.
bool IsShown(const StatisticsRow& row) { return !row.has_count() || row.count() > 0; }

int LinesOf(const StatisticsTable& table) {
  return static_cast<int>(std::count_if(table.rows().begin(), table.rows().end(), IsShown));
}

void AddText(std::string& svg, int x, int y, std::string_view style, std::string_view text) {
  absl::StrAppend(&svg, "<text x=\"", x, "\" y=\"", y, "\"", std::string(style), ">", Escape(text),
                  "</text>\n");
}

void AddTable(std::string& svg, const StatisticsTable& table, int64_t smallest, int& y) {
  AddText(svg, kMargin, y + 22, " class=\"h\"",
          absl::StrCat(table.label_en(), " / ", table.label_ja(),
                       table.has_total() ? absl::StrCat(" (", table.total(), ")") : ""));
  y += kHeading;
  int64_t most = std::max<int64_t>(1, smallest);
  for (const StatisticsRow& row : table.rows()) most = std::max(most, row.count());
  for (const StatisticsRow& row : table.rows()) {
    if (!IsShown(row)) continue;
    const int64_t count = row.has_count() ? row.count() : smallest;
    const int64_t width = std::max<int64_t>(2, kBarWidth * count / most);
    AddText(svg, kLeft - 8, y + 14, " text-anchor=\"end\"", row.key());
    absl::StrAppend(&svg, "<rect x=\"", kLeft, "\" y=\"", y + 2, "\" width=\"", width,
                    "\" height=\"", kLine - 6, "\" fill=\"",
                    row.has_count() ? "#3b6ea5" : "url(#hidden)", "\"/>\n");
    AddText(svg, kLeft + static_cast<int>(width) + 6, y + 14, "",
            row.has_count() ? absl::StrCat(row.count()) : "not told");
    y += kLine;
  }
}

}  // namespace

std::string StatisticsChart(const Statistics& statistics) {
  int height = kHeading + kMargin;
  for (const StatisticsTable& table : statistics.tables()) {
    if (LinesOf(table) > 0) height += kHeading + kLine * LinesOf(table);
  }
  std::string svg = absl::StrCat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", kWidth, "\" height=\"", height,
      "\" viewBox=\"0 0 ", kWidth, " ", height,
      "\" role=\"img\">\n<style>text{font:13px sans-serif;fill:#222}.h{font-weight:bold}</style>\n"
      "<defs><pattern id=\"hidden\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
      "<rect width=\"6\" height=\"6\" fill=\"#eee\"/><path d=\"M0 6L6 0\" stroke=\"#999\"/>"
      "</pattern></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  AddText(svg, kMargin, 28, " class=\"h\"",
          absl::StrCat(statistics.name(), " (counts below ", statistics.smallest_cell(),
                       " are not told)"));
  int y = kHeading;
  for (const StatisticsTable& table : statistics.tables()) {
    if (LinesOf(table) > 0) AddTable(svg, table, statistics.smallest_cell(), y);
  }
  return svg + "</svg>\n";
}

}  // namespace mamori::ctl
