// Lists of values for `IN (…)`. Statements are prepared and kept by their text, so there must be
// few texts however many lengths of lists.
#ifndef MAMORI_COMMON_DB_IN_LIST_H_
#define MAMORI_COMMON_DB_IN_LIST_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace mamori::db {

// The length that a list of `n` values is given: the next power of two. 0 for none.
inline size_t PaddedSize(size_t n) {
  if (n == 0) return 0;
  size_t size = 1;
  while (size < n) size *= 2;
  return size;
}

// The values with the last one repeated until there are PaddedSize() of them, which changes nothing
// of what `IN` finds. Not empty, since `IN ()` is no SQL.
inline std::vector<std::string> InList(std::vector<std::string> values) {
  const std::string last = values.back();
  values.resize(PaddedSize(values.size()), last);
  return values;
}

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_IN_LIST_H_
