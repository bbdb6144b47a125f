// Carries the precompiled header (see mamori.cmake); holds no code.
