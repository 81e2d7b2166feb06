/* Loaded before a program (LD_PRELOAD), makes every write to a file take SLOW_WRITE and every flush SLOW_FLUSH
   microseconds longer: a disk as slow as a busy network mount. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static void wait_for(const char *name) {
    const char *set = getenv(name);
    if (set != NULL) usleep((useconds_t)atoi(set));
}

#define WRITE(name, offset_type)                                                     \
    ssize_t name(int file, const void *bytes, size_t count, offset_type offset) {    \
        static ssize_t (*real)(int, const void *, size_t, offset_type);              \
        if (real == NULL) real = dlsym(RTLD_NEXT, #name);                            \
        wait_for("SLOW_WRITE");                                                      \
        return real(file, bytes, count, offset);                                     \
    }

#define FLUSH(name)                                                                  \
    int name(int file) {                                                             \
        static int (*real)(int);                                                     \
        if (real == NULL) real = dlsym(RTLD_NEXT, #name);                            \
        wait_for("SLOW_FLUSH");                                                      \
        return real(file);                                                           \
    }

WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)
ssize_t write(int file, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    struct stat about;
    if (real == NULL) real = dlsym(RTLD_NEXT, "write");
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode)) wait_for("SLOW_WRITE");
    return real(file, bytes, count);
}

FLUSH(fsync)
FLUSH(fdatasync)
