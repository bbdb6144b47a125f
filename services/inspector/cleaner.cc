#include "services/inspector/cleaner.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace mamori::inspector {
namespace {

using inspection::Trouble;

constexpr char kPython[] = "/usr/bin/python3";

// mat2's library instead of its command: that starts a pool of processes and tells all failures
// with one exit code. `sandbox` would start bubblewrap; this process is shut in already. The exit
// codes are Troubles. A copy of which mat2 still tells something is none.
constexpr char kProgram[] = R"PY(
import os, sys, tempfile
DAMAGED, UNKNOWN_PARTS, METADATA_LEFT, FAILED = 3, 4, 5, 6
tempfile.tempdir = os.getcwd()
from libmat2 import UnknownMemberPolicy, parser_factory
from libmat2.archive import ArchiveBasedAbstractParser

# A picture that its metadata turns would lie on its side without them.
def set_upright(path):
    from gi.repository import GdkPixbuf
    picture = GdkPixbuf.Pixbuf.new_from_file(path)
    if picture.get_option('orientation') not in (None, '1'):
        picture.apply_embedded_orientation().savev(path, 'jpeg', ['quality'], ['95'])

def parser_of(path):
    parser, _ = parser_factory.get_parser(path)
    if parser is None:
        os._exit(FAILED)
    parser.sandbox = False
    parser.lightweight_cleaning = False
    parser.unknown_member_policy = UnknownMemberPolicy.ABORT
    return parser

# Of every PDF poppler tells its format, and -1 for a time that is not there.
def tells(meta):
    return any(value not in ('', -1, None) for key, value in meta.items() if key != 'format')

try:
    if sys.argv[1].endswith('.jpg'):
        set_upright(sys.argv[1])
    parser = parser_of(sys.argv[1])
except Exception:
    os._exit(DAMAGED)
try:
    done = parser.remove_all()
except (RuntimeError, ValueError):
    os._exit(DAMAGED)
except BaseException:
    os._exit(FAILED)
if done is not True:
    os._exit(UNKNOWN_PARTS if isinstance(parser, ArchiveBasedAbstractParser) else FAILED)
try:
    left = parser_of(parser.output_filename).get_meta()
except BaseException:
    os._exit(FAILED)
os._exit(METADATA_LEFT if tells(left) else 0)
)PY";

struct Type {
  std::string_view media_type;
  std::string_view suffix;
};

// Drawn anew, taken apart, or nothing but its text. Not what mat2 only edits (audio, video) or
// leaves to whoever opens it (HTML, SVG), and no archives: their members' names would stay.
constexpr Type kTypes[] = {
    {"image/jpeg", ".jpg"},
    {"image/png", ".png"},
    {"image/tiff", ".tiff"},
    {"application/pdf", ".pdf"},
    {"text/plain", ".txt"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"},
    {"application/vnd.oasis.opendocument.text", ".odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods"},
    {"application/vnd.oasis.opendocument.presentation", ".odp"},
};

}  // namespace

std::string_view CleanableSuffix(std::string_view media_type) {
  for (const Type& type : kTypes) {
    if (type.media_type == media_type) return type.suffix;
  }
  return {};
}

std::string CleanedName(std::string_view suffix) {
  return absl::StrCat("original.cleaned", std::string(suffix));
}

int RunMat2(const std::string& name) {
  // No bus, no volumes, no settings, no home that is looked up in the list of users over a socket:
  // the libraries ask for them by default.
  const char* const environment[] = {"PATH=/usr/bin:/bin",
                                     "HOME=.",
                                     "TMPDIR=.",
                                     "LANG=C.UTF-8",
                                     "GIO_USE_VFS=local",
                                     "GIO_USE_VOLUME_MONITOR=unix",
                                     "GSETTINGS_BACKEND=memory",
                                     nullptr};
  const char* const arguments[] = {kPython, "-I", "-B", "-c", kProgram, name.c_str(), nullptr};
  execve(kPython, const_cast<char* const*>(arguments), const_cast<char* const*>(environment));
  return static_cast<int>(Trouble::kFailed);
}

Trouble TroubleOfCleaner(int exit_code) {
  switch (exit_code) {
    case 0:
      return Trouble::kNone;
    case static_cast<int>(Trouble::kDamaged):
      return Trouble::kDamaged;
    case static_cast<int>(Trouble::kUnknownParts):
      return Trouble::kUnknownParts;
    case static_cast<int>(Trouble::kMetadataLeft):
      return Trouble::kMetadataLeft;
    default:
      return Trouble::kFailed;
  }
}

}  // namespace mamori::inspector
