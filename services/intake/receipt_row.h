// A receipt as intake keeps it.
#ifndef MAMORI_SERVICES_INTAKE_RECEIPT_ROW_H_
#define MAMORI_SERVICES_INTAKE_RECEIPT_ROW_H_

#include <cstdint>
#include <string>

namespace mamori::intake {

// One receipt in force. `tag` is over all the rest (receipt_keys.h).
struct ReceiptRow {
  std::string receipt_hash;  // 32 bytes
  std::string tenant;
  std::string report_id;
  int64_t generation = 1;
  std::string replaced_hash;  // of the receipt before; empty in the first generation
  std::string tag;            // 32 bytes
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_RECEIPT_ROW_H_
