// What people told is not found in a process's memory once nothing there holds it any more, whoever
// it was that did, and forgot about it.
#ifndef MAMORI_COMMON_CRYPTO_WIPED_HEAP_H_
#define MAMORI_COMMON_CRYPTO_WIPED_HEAP_H_

namespace mamori::crypto {

// From now on and until the process ends, whatever `delete` gives back is zeros: every string,
// vector and message of ours and of the libraries in C++, protobuf's among them. Not: what nobody
// gives back, what stands on a thread's stack (strings of up to 15 bytes among it), and what
// libraries give back by `free`, as gRPC does with the bytes of a call. With AddressSanitizer,
// whose heap it is, nothing is.
void WipeWhatIsFreed();

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_WIPED_HEAP_H_
