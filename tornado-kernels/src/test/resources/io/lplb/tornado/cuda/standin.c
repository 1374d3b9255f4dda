/*
 * A stand-in for libcuda.so.1, to test its callers without a GPU. Device memory is host memory; everything happens at
 * once; it counts what is taken and not given back, and fails where it is told to. A launch does nothing, or answers
 * every group with equal shares.
 *
 * It stands in for libnccl.so.2, too: the other sources have the same counts as this one, or are late, or never come. In
 * that case what is put on a stream waits until the communicator is aborted. Or, with standin_together, the sources are
 * threads of this process, each with a communicator and streams of its own, and a gather is complete when all of them have
 * come to it. Where there is a file standin.shared beside the library, the sources are processes that meet in it.
 *
 * -DOLD leaves a function out of each, as a library of older days would.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef int Result;
typedef uint64_t Handle;

enum { SUCCESS = 0, INVALID = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_IMAGE = 200 };
enum { CONTEXT, MODULE, STREAM, EVENT, DEVICE_MEMORY, HOST_MEMORY, GRAPH, EXECUTABLE, COMMUNICATOR, KINDS };
enum { HEADER = 16, IN = 2, OUT = 5, PARAMETERS = 35, MOST_OPERATIONS = 12, SOLVER = 2, BATCH = 3, TOGETHER = 5, PIPELINE = 10, REPLICA = 20 };
enum { PACK_PARAMETERS = 11, CERTIFY_PARAMETERS = 10, TOGETHER_PARAMETERS = 14 };
enum { MOST_STREAMS = 1024, MOST_WAITING = 64, MOST_COMMUNICATORS = 512, FIRST_COMMUNICATOR = 5, MOST_SOURCES = 8, MOST_WORDS = 1024 };

/* ---- what a test says and asks ---- */

static char failing[64];
static int failure;
static int sticky;
static int capability = 90;
static int live[KINDS];
static int depth;
static int launches, graphLaunches, fills;
static int contexts; /* that were made: a context that is retained while it is there is no new one */
static int copiedIn, copiedOut; /* number of copies */
static Handle lastStream; /* of a launch, of a kernel or a graph */
static int entries, threads; /* of the answers; none while entries is 0 */
static int late, hanging; /* the other sources */
static int asyncError, aborts, gathers;
static int otherFingerprint; /* added to that of the other sources */
static int together, streams;
static __thread struct Graph *recording; /* what is captured now; a fault may leave it unfinished */

static void forgetQueues(void);

void standin_reset(void) {
    failing[0] = 0;
    late = hanging = asyncError = aborts = gathers = otherFingerprint = together = streams = 0;
    failure = sticky = entries = threads = launches = graphLaunches = fills = copiedIn = copiedOut = depth = 0;
    lastStream = 0;
    capability = 90;
    recording = NULL;
    memset(live, 0, sizeof live);
    contexts = 0;
    forgetQueues();
}
void standin_fail(const char *function, int result) { strncpy(failing, function, sizeof failing - 1); failure = result; }
void standin_capability(int value) { capability = value; }
void standin_answer(int entriesOfGroup, int threadsOfGroup) { entries = entriesOfGroup; threads = threadsOfGroup; }
void standin_late(int value) { late = value; }
void standin_hang(int value) { hanging = value; }
void standin_async_error(int value) { asyncError = value; }
void standin_other_fingerprint(int value) { otherFingerprint = value; }
void standin_together(int value) { together = value; }
int standin_aborts(void) { return aborts; }
int standin_gathers(void) { return gathers; }
int standin_live(void) {
    int sum = depth;
    for (int k = 0; k < KINDS; k++) sum += live[k];
    return sum;
}
int standin_launches(void) { return launches; }
int standin_graph_launches(void) { return graphLaunches; }
int standin_fills(void) { return fills; }
int standin_contexts(void) { return contexts; }
int standin_copied_in(void) { return copiedIn; }
int standin_copied_out(void) { return copiedOut; }
int standin_last_stream(void) { return (int) lastStream; }

static Result enter(const char *function) {
    if (sticky) return sticky;
    if (strcmp(failing, function) == 0) {
        if (failure >= 700) sticky = failure;
        return failure;
    }
    return SUCCESS;
}
#define COUNT(kind, by) __atomic_fetch_add(&live[kind], by, __ATOMIC_SEQ_CST)
#define ENTER do { Result r = enter(__func__); if (r) return r; } while (0)

/* ---- device and context ---- */

Result cuInit(unsigned flags) { (void) flags; ENTER; return SUCCESS; }
Result cuDriverGetVersion(int *version) { ENTER; *version = 12040; return SUCCESS; }
Result cuGetErrorName(Result result, const char **name) {
    switch (result) {
        case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; return SUCCESS;
        case 100: *name = "CUDA_ERROR_NO_DEVICE"; return SUCCESS;
        case INVALID_DEVICE: *name = "CUDA_ERROR_INVALID_DEVICE"; return SUCCESS;
        case 719: *name = "CUDA_ERROR_LAUNCH_FAILED"; return SUCCESS;
        default: *name = NULL; return INVALID;
    }
}
Result cuDeviceGetCount(int *count) { ENTER; *count = 2; return SUCCESS; }
Result cuDeviceGet(int *device, int index) {
    ENTER;
    if (index < 0 || index > 1) return INVALID_DEVICE;
    *device = index;
    return SUCCESS;
}
Result cuDeviceGetName(char *name, int length, int device) {
    ENTER;
    strncpy(name, device == 0 ? "Stand-in" : "Other stand-in", (size_t) length);
    return SUCCESS;
}
Result cuDeviceGetAttribute(int *value, int attribute, int device) {
    (void) device;
    ENTER;
    *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : 0;
    return SUCCESS;
}
Result cuDeviceTotalMem_v2(size_t *bytes, int device) { (void) device; ENTER; *bytes = (size_t) 80 << 30; return SUCCESS; }
Result cuDevicePrimaryCtxRetain(Handle *context, int device) {
    ENTER;
    if (COUNT(CONTEXT, 1) == 0) contexts++;
    *context = 100 + (Handle) device;
    return SUCCESS;
}
Result cuDevicePrimaryCtxRelease_v2(int device) { (void) device; ENTER; COUNT(CONTEXT, -1); return SUCCESS; }
Result cuCtxPushCurrent_v2(Handle context) { (void) context; ENTER; __atomic_fetch_add(&depth, 1, __ATOMIC_SEQ_CST); return SUCCESS; }
Result cuCtxPopCurrent_v2(Handle *context) {
    *context = 0;
    __atomic_fetch_sub(&depth, 1, __ATOMIC_SEQ_CST);
    return SUCCESS;
}

/* ---- modules ---- */

Result cuModuleLoadDataEx(Handle *module, const char *image, unsigned count, int *options, void **values) {
    if (count == 2 && options[0] == 5 && strcmp(failing, __func__) == 0) strcpy((char *) values[0], "the log");
    ENTER;
    if (!strstr(image, ".version")) return INVALID_IMAGE;
    COUNT(MODULE, 1);
    *module = 1;
    return SUCCESS;
}
Result cuModuleUnload(Handle module) { (void) module; ENTER; COUNT(MODULE, -1); return SUCCESS; }
Result cuModuleGetFunction(Handle *function, Handle module, const char *name) {
    (void) module;
    ENTER;
    static const char *const stations[] = {"pipeline_countBlocks", "pipeline_sumBlocks", "pipeline_quotas", "pipeline_route",
        "pipeline_sumOwn", "pipeline_sumSources", "pipeline_share"};
    *function = strcmp(name, "batch_packBatch") == 0 ? BATCH : strcmp(name, "batch_certifyBatch") == 0 ? BATCH + 1
        : strncmp(name, "batch_", 6) == 0 ? TOGETHER : SOLVER;
    for (Handle k = 0; k < sizeof stations / sizeof *stations; k++) if (strcmp(name, stations[k]) == 0) *function = PIPELINE + k;
    if (strncmp(name, "replica_", 8) == 0) *function = REPLICA;
    return SUCCESS;
}

/* ---- memory ---- */

Result cuMemAlloc_v2(Handle *address, size_t bytes) {
    ENTER;
    COUNT(DEVICE_MEMORY, 1);
    *address = (Handle) (uintptr_t) calloc(1, bytes);
    return SUCCESS;
}
Result cuMemFree_v2(Handle address) { ENTER; free((void *) (uintptr_t) address); COUNT(DEVICE_MEMORY, -1); return SUCCESS; }
Result cuMemHostAlloc(void **host, size_t bytes, unsigned flags) {
    (void) flags;
    ENTER;
    COUNT(HOST_MEMORY, 1);
    *host = calloc(1, bytes);
    return SUCCESS;
}
Result cuMemFreeHost(void *host) { ENTER; free(host); COUNT(HOST_MEMORY, -1); return SUCCESS; }
Result cuMemHostGetDevicePointer_v2(Handle *device, void *host, unsigned flags) {
    (void) flags;
    ENTER;
    *device = (Handle) (uintptr_t) host;
    return SUCCESS;
}

/* ---- streams, graphs ---- */

enum { COPY, LAUNCH, GATHER };
typedef struct {
    int kind;
    void *to;
    const void *from;
    size_t bytes;
    Handle function;
    Handle parameters[PARAMETERS];
    int workGroups;
} Operation;
typedef struct Graph { int count; Operation operation[MOST_OPERATIONS]; } Graph;


static void answer(Handle *parameters) {
    const float *in = (const float *) (uintptr_t) (parameters[IN] + HEADER);
    float *out = (float *) (uintptr_t) (parameters[OUT] + HEADER);
    int count = (int) in[0];
    for (int g = 0; entries > 0 && g < count; g++, out += entries + 6) {
        for (int e = 0; e < entries; e++) out[e] = 1;
        out[entries + 2] = 3; /* iterations */
        out[entries + 3] = 1; /* converged */
        out[entries + 4] = (float) threads;
        out[entries + 5] = in[1];
    }
}
static int32_t *array(Handle address) { return (int32_t *) (uintptr_t) (address + HEADER); }
static double *doubles(Handle address) { return (double *) (uintptr_t) (address + HEADER); }
/* What packs a batch: the loads for what certifies it; the solver above looks at none. */
static void pack(Handle *parameters, int groups) {
    int32_t *sizes = array(parameters[2]), *order = array(parameters[3]), ranks = sizes[0], items = sizes[1];
    double *fixed = doubles(parameters[5]), *load = doubles(parameters[6]), *stamps = doubles(parameters[7]);
    double *held = doubles(parameters[8]);
    float *out = (float *) array(parameters[10]);
    for (int g = 0; g < groups; g++, held += ranks + items + 2) {
        memcpy(held, fixed + g * ranks, sizeof *held * (size_t) ranks);
        for (int i = 0; i < items; i++) held[ranks + i] = load[g * items + order[i]];
        held[ranks + items + 1] = stamps[g];
        out[g * (sizes[5] + 6) + sizes[5] + 3] = 0; /* no answer yet */
    }
}
/* What certifies a batch: shares are equal, as the solver above has them; the bound is the mean load. Sizes: see BatchLayout. */
static void certify(Handle *parameters, int groups) {
    int32_t *sizes = array(parameters[2]), *table = array(parameters[3]);
    int32_t ranks = sizes[0], items = sizes[1], count = sizes[2];
    double *numbers = doubles(parameters[5]), *held = doubles(parameters[6]), *reports = doubles(parameters[9]);
    float *out = (float *) array(parameters[7]), *fractions = (float *) array(parameters[8]);
    for (int g = 0; g < groups; g++, out += sizes[5] + 6, held += ranks + items + 2) {
        double load[64], mean = 0, largest = 0, stamp = held[ranks + items + 1];
        for (int r = 0; r < ranks; r++) mean += load[r] = held[r];
        for (int i = 0; i < items; i++) {
            double w = held[ranks + i];
            mean += w;
            for (int e = table[i]; e < table[i + 1]; e++) {
                load[table[sizes[4] + 1 + e]] += w / (table[i + 1] - table[i]);
            }
        }
        mean /= numbers[1];
        for (int r = 0; r < ranks; r++) largest = load[r] > largest ? load[r] : largest;
        for (int k = 0; k < count - items; k++) fractions[g * (count - items) + k] = 0.5f; /* of items with two hosts */
        int valid = out[sizes[5] + 3] == 1 && out[sizes[5] + 4] == (float) sizes[6];
        double report[] = {largest, mean, out[sizes[5] + 2],
                           stamp + (!valid ? 0 : largest - mean > numbers[0] * mean ? 2 : 1) * 1048576.0};
        memcpy(reports + 4 * g, report, sizeof report);
    }
}
/* All three in one: sizes, order, numbers, fixed, load, stamps, in, table, speed, out, fractions, reports. */
static void packSolveCertify(Handle *p, int groups) {
    int32_t *sizes = array(p[2]);
    void *room = calloc(1, HEADER + sizeof(double) * (size_t) groups * (size_t) (sizes[0] + sizes[1] + 2));
    Handle held = (Handle) (uintptr_t) room;
    Handle packing[] = {0, 0, p[2], p[3], p[4], p[5], p[6], p[7], held, p[8], p[11]};
    Handle solving[] = {0, 0, p[8], p[9], p[10], p[11]};
    Handle certifying[] = {0, 0, p[2], p[9], p[3], p[4], held, p[11], p[12], p[13]};
    pack(packing, groups);
    answer(solving);
    if (entries > 0) certify(certifying, groups);
    free(room);
}
/* The stations of a pipeline, as far as their callers can see: every id becomes itself plus 1000. sizes: see PipelineSizes. */
static void station(Handle function, Handle *parameters) {
    if (function == REPLICA) return; /* does nothing */
    int32_t *sizes = array(parameters[2]);
    int32_t groups = sizes[6];
    if (function == PIPELINE + 1) {
        int32_t *out = array(parameters[10]);
        out[0] = sizes[0];
        out[1] = sizes[1] > 0 ? 1 : 0; /* ids out of range */
    } else if (function == PIPELINE + 2) {
        int32_t *out = array(parameters[8]);
        for (int32_t g = 0; g < groups; g++) {
            int32_t group[] = {sizes[0], sizes[1], sizes[1] - 1, 2, threads > 0, threads};
            memcpy(out + 4 + 6 * g, group, sizeof group);
            for (int32_t r = 0; r < sizes[3]; r++) out[4 + 6 * groups + g * sizes[3] + r] = g * sizes[3] + r;
        }
    } else if (function == PIPELINE + 3) {
        int32_t *ids = array(parameters[3]), *physical = array(parameters[9]);
        for (int32_t k = 0; k < sizes[1]; k++) physical[k] = ids[k] + 1000;
    } else if (function == PIPELINE + 4) { /* this source's row: the number of its tokens for each expert, the round */
        int32_t *state = array(parameters[5]), *out = array(parameters[7]);
        int32_t *row = array(parameters[4]) + sizes[13] * ((sizes[2] / 4 + 1) * 4);
        out[0] = sizes[0];
        out[1] = sizes[1] > 0 ? 1 : 0;
        for (int32_t e = 0; e < sizes[2]; e++) row[e] = sizes[1];
        row[sizes[2]] = ++state[0];
        array(parameters[6])[0] = state[0];
    } else if (function == PIPELINE + 5) {
        int32_t *all = array(parameters[3]), *state = array(parameters[10]), *signal = array(parameters[11]);
        int32_t row = (sizes[2] / 4 + 1) * 4, complete = 1;
        for (int32_t s = 0; s < sizes[12]; s++) complete &= all[s * row + sizes[2]] == state[0];
        if (complete) signal[2] = state[1] = state[0];
        else signal[3] = ++state[2];
        signal[1] = state[0];
    }
}
/* What a communicator has to do with others: those of the same id, in together, with the rows of the gather they are in. */
typedef struct {
    int id, sources, self, aborted, gone, gathered, deposited, taken;
    int32_t row[MOST_WORDS];
} Communicator;
typedef struct {
    int begun, ids, count;
    pthread_mutex_t lock;
    Communicator communicator[MOST_COMMUNICATORS];
} Group;
static Group here;
static Group *group = &here;

__attribute__((constructor)) static void share(void) {
    Dl_info library;
    char path[1024];
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    if (dladdr((void *) standin_reset, &library) && strrchr(library.dli_fname, '/')) {
        snprintf(path, sizeof path, "%.*sstandin.shared", (int) (strrchr(library.dli_fname, '/') + 1 - library.dli_fname), library.dli_fname);
        int file = open(path, O_RDWR);
        if (file >= 0 && ftruncate(file, sizeof *group) == 0) {
            void *memory = mmap(NULL, sizeof *group, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (memory != MAP_FAILED) {
                group = memory;
                together = 1;
            }
        }
    }
    int none = 0;
    if (__atomic_compare_exchange_n(&group->begun, &none, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        pthread_mutex_init(&group->lock, &shared);
        group->begun = 2;
    }
    while (*(volatile int *) &group->begun != 2) usleep(200);
}

/* Every source has what this one has; in rows of four words, which only the first gather has, its own number. */
static void gather(Communicator *c, const int32_t *send, int32_t *rows, size_t words) {
    for (int s = 0; s < c->sources && !late; s++) {
        if (s == c->self) continue;
        memmove(rows + s * words, send, words * sizeof *rows);
        if (words == 4) {
            rows[s * words] = s;
            rows[s * words + 1] += otherFingerprint;
        }
    }
    gathers++;
}
static Communicator *member(Communicator *c, int source) {
    for (int k = 0; k < group->count; k++)
        if (group->communicator[k].id == c->id && group->communicator[k].self == source) return &group->communicator[k];
    return NULL;
}
/* Gathers among threads: puts this one's row down, and takes all when all are there; who has taken theirs may go on, but
 * not put down the next before all have taken. Returns whether it is complete. */
static int gatherTogether(Communicator *c, const int32_t *send, int32_t *rows, size_t words) {
    if (words > MOST_WORDS) return 1;
    if (c->deposited == c->gathered) {
        for (int s = 0; s < c->sources; s++) {
            Communicator *other = member(c, s);
            if (!other || other->gathered < c->gathered) return 0;
        }
        memcpy(c->row, send, words * sizeof *send);
        c->deposited++;
    }
    for (int s = 0; s < c->sources; s++) {
        Communicator *other = member(c, s);
        if (!other || other->deposited < c->deposited) return 0;
    }
    for (int s = 0; s < c->sources; s++) memmove(rows + s * words, member(c, s)->row, words * sizeof *rows);
    c->gathered++;
    gathers++;
    return 1;
}
static void execute(Operation *operation) {
    if (operation->kind == COPY) memcpy(operation->to, operation->from, operation->bytes);
    else {
        launches++;
        if (operation->function == SOLVER) answer(operation->parameters);
        else if (operation->function == BATCH) pack(operation->parameters, operation->workGroups);
        else if (operation->function == BATCH + 1) certify(operation->parameters, operation->workGroups);
        else if (operation->function == TOGETHER) packSolveCertify(operation->parameters, operation->workGroups);
        else station(operation->function, operation->parameters);
    }
}
/* What is on a stream and could not be executed yet, behind a gather. */
typedef struct { int count; Operation waiting[MOST_WAITING]; } Queue;
static Queue queues[MOST_STREAMS];

static Queue *queueOf(Handle stream) { return &queues[stream % MOST_STREAMS]; }
static void forgetQueues(void) {
    for (int k = 0; k < MOST_STREAMS; k++) queues[k].count = 0;
    group->count = 0;
}
/* Whether an operation could be executed; a gather of an aborted communicator ends without a result. */
static int tryExecute(Operation *operation) {
    if (operation->kind != GATHER) {
        execute(operation);
        return 1;
    }
    Communicator *c = &group->communicator[operation->function - FIRST_COMMUNICATOR];
    if (c->aborted) return 1;
    if (together) return gatherTogether(c, operation->from, operation->to, operation->bytes);
    if (hanging || operation->parameters[0]) {
        operation->parameters[0] = 1; /* it hangs until an abort */
        return 0;
    }
    gather(c, operation->from, operation->to, operation->bytes);
    return 1;
}
static void progress(Queue *queue) {
    int done = 0;
    while (done < queue->count && tryExecute(&queue->waiting[done])) done++;
    queue->count -= done;
    memmove(queue->waiting, queue->waiting + done, (size_t) queue->count * sizeof *queue->waiting);
}
/* Executes what is put on a stream, or lets it wait behind a gather. */
static Result run(Operation *operation, Handle stream) {
    Queue *queue = queueOf(stream);
    pthread_mutex_lock(&group->lock);
    progress(queue);
    if (queue->count > 0 || !tryExecute(operation)) {
        if (queue->count < MOST_WAITING) queue->waiting[queue->count++] = *operation;
    }
    pthread_mutex_unlock(&group->lock);
    return SUCCESS;
}
static int isStuck(Handle stream) {
    pthread_mutex_lock(&group->lock);
    progress(queueOf(stream));
    int stuck = queueOf(stream)->count > 0;
    pthread_mutex_unlock(&group->lock);
    return stuck;
}
static Result submit(Operation *operation, Handle stream) {
    if (!recording) return run(operation, stream);
    if (recording->count == MOST_OPERATIONS) return INVALID;
    recording->operation[recording->count++] = *operation;
    return SUCCESS;
}
Result cuMemcpyHtoDAsync_v2(Handle device, const void *host, size_t bytes, Handle stream) {
    ENTER;
    Operation copy = {COPY, (void *) (uintptr_t) device, host, bytes, 0, {0}, 0};
    copiedIn++;
    return submit(&copy, stream);
}
Result cuMemcpyDtoHAsync_v2(void *host, Handle device, size_t bytes, Handle stream) {
    ENTER;
    Operation copy = {COPY, host, (const void *) (uintptr_t) device, bytes, 0, {0}, 0};
    copiedOut++;
    return submit(&copy, stream);
}
Result cuMemcpyDtoDAsync_v2(Handle to, Handle from, size_t bytes, Handle stream) {
    ENTER;
    Operation copy = {COPY, (void *) (uintptr_t) to, (const void *) (uintptr_t) from, bytes, 0, {0}, 0};
    return submit(&copy, stream);
}
Result cuMemsetD32Async(Handle device, unsigned value, size_t words, Handle stream) {
    (void) stream;
    ENTER;
    fills++;
    for (size_t k = 0; k < words; k++) ((unsigned *) (uintptr_t) device)[k] = value;
    return SUCCESS;
}
Result cuLaunchKernel(Handle function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                      unsigned shared, Handle stream, Handle **parameters, void **extra) {
    (void) extra;
    ENTER;
    lastStream = stream;
    if ( gx == 0 || gy != 1 || gz != 1 || bx == 0 || by != 1 || bz != 1 || shared != 0) return INVALID;
    static const int counts[] = {6, 11, 9, 10, 8, 12, 10};
    int count = function == SOLVER ? 6 : function == TOGETHER ? TOGETHER_PARAMETERS : function == BATCH ? PACK_PARAMETERS
        : function == BATCH + 1 ? CERTIFY_PARAMETERS : function == REPLICA ? 0 : counts[function - PIPELINE];
    Operation launch = {LAUNCH, NULL, NULL, 0, function, {0}, (int) gx};
    for (int k = 0; k < count; k++) launch.parameters[k] = *parameters[k];
    return submit(&launch, stream);
}
Result cuStreamCreate(Handle *stream, unsigned flags) { (void) flags; ENTER; COUNT(STREAM, 1); *stream = 3 + (Handle) (__atomic_fetch_add(&streams, 1, __ATOMIC_SEQ_CST) % (MOST_STREAMS - 4)); return SUCCESS; }
Result cuStreamDestroy_v2(Handle stream) { (void) stream; ENTER; COUNT(STREAM, -1); return SUCCESS; }
Result cuStreamSynchronize(Handle stream) {
    ENTER;
    while (isStuck(stream)) usleep(200);
    return SUCCESS;
}
Result cuStreamQuery(Handle stream) { ENTER; return isStuck(stream) ? 600 : SUCCESS; }
Result cuStreamBeginCapture_v2(Handle stream, int mode) {
    (void) stream; (void) mode;
    ENTER;
    recording = calloc(1, sizeof *recording);
    COUNT(GRAPH, 1);
    return SUCCESS;
}
Result cuStreamEndCapture(Handle stream, Graph **graph) {
    (void) stream;
    ENTER;
    *graph = recording;
    recording = NULL;
    return SUCCESS;
}
#ifndef OLD
Result cuGraphInstantiateWithFlags(Graph **executable, Graph *graph, unsigned long long flags) {
    (void) flags;
    ENTER;
    *executable = malloc(sizeof **executable);
    **executable = *graph;
    COUNT(EXECUTABLE, 1);
    return SUCCESS;
}
#endif
Result cuGraphLaunch(Graph *executable, Handle stream) {
    ENTER;
    lastStream = stream;
    graphLaunches++;
    for (int k = 0; k < executable->count; k++) run(&executable->operation[k], stream);
    return SUCCESS;
}
Result cuGraphDestroy(Graph *graph) { ENTER; free(graph); COUNT(GRAPH, -1); return SUCCESS; }
Result cuGraphExecDestroy(Graph *executable) { ENTER; free(executable); COUNT(EXECUTABLE, -1); return SUCCESS; }

/* ---- events ---- */

Result cuEventCreate(Handle *event, unsigned flags) { (void) flags; ENTER; COUNT(EVENT, 1); *event = 4; return SUCCESS; }
Result cuEventRecord(Handle event, Handle stream) { (void) event; (void) stream; ENTER; return SUCCESS; }
Result cuEventRecordWithFlags(Handle event, Handle stream, unsigned flags) { (void) event; (void) stream; (void) flags; ENTER; return SUCCESS; }
Result cuEventElapsedTime(float *millis, Handle from, Handle to) { (void) from; (void) to; ENTER; *millis = 0.5f; return SUCCESS; }
Result cuEventDestroy_v2(Handle event) { (void) event; ENTER; COUNT(EVENT, -1); return SUCCESS; }

/* ---- NCCL ---- */

typedef struct { char bytes[128]; } Id;

Result ncclGetVersion(int *version) { ENTER; *version = 22703; return SUCCESS; }
const char *ncclGetErrorString(Result result) {
    switch (result) {
        case 2: return "unhandled system error";
        case 6: return "remote process exited or there was a network error";
        default: return NULL;
    }
}
Result ncclGetUniqueId(Id *id) {
    ENTER;
    for (int k = 0; k < 128; k++) id->bytes[k] = (char) (3 * k);
    id->bytes[0] = (char) __atomic_add_fetch(&group->ids, 1, __ATOMIC_SEQ_CST);
    return SUCCESS;
}
/* Whether all sources of an id are there. */
static int isWhole(Communicator *c) {
    for (int s = 0; s < c->sources; s++) if (!member(c, s)) return 0;
    return 1;
}
Result ncclCommInitRank(Handle *communicator, int count, Id id, int rank) {
    ENTER;
    for (int k = 1; k < 128; k++) if (id.bytes[k] != (char) (3 * k)) return 4; /* ncclInvalidArgument */
    pthread_mutex_lock(&group->lock);
    if (group->count == MOST_COMMUNICATORS) {
        pthread_mutex_unlock(&group->lock);
        return 3;
    }
    Communicator *c = &group->communicator[group->count];
    *c = (Communicator) {.id = id.bytes[0], .sources = count, .self = rank};
    *communicator = FIRST_COMMUNICATOR + (Handle) group->count++;
    pthread_mutex_unlock(&group->lock);
    int whole = 0;
    while (!whole) {
        pthread_mutex_lock(&group->lock);
        whole = hanging != 2 && (!together || isWhole(c));
        pthread_mutex_unlock(&group->lock);
        if (!whole) usleep(200);
    }
    COUNT(COMMUNICATOR, 1);
    return SUCCESS;
}
static Communicator *communicatorOf(Handle communicator) {
    Handle k = communicator - FIRST_COMMUNICATOR;
    return k < (Handle) group->count && !group->communicator[k].gone ? &group->communicator[k] : NULL;
}
Result ncclAllGather(const void *send, void *rows, size_t words, int type, Handle communicator, Handle stream) {
    ENTER;
    if (type != 2 || !communicatorOf(communicator)) return 4;
    Operation operation = {GATHER, rows, send, words, communicator, {0}, 0};
    return submit(&operation, stream);
}
/* Copies between ranks that are threads of this process: a send leaves its address, a receive takes the bytes. */
enum { MOST_PEERS = 64, PEER_CALLS = 8 };
typedef struct { const void *from; size_t bytes; } Mail;
static Mail mail[MOST_PEERS][MOST_PEERS];
typedef struct { const void *from; void *to; size_t bytes; int self, peer; } PeerCall;
static __thread PeerCall peerCalls[PEER_CALLS];
static __thread int peerCount;
static Result notePeer(const void *from, void *to, size_t bytes, int type, int peer, Handle communicator) {
    Communicator *c = communicatorOf(communicator);
    if (type != 0 || !c || peer < 0 || peer >= c->sources || peerCount == PEER_CALLS) return 4;
    peerCalls[peerCount++] = (PeerCall) {from, to, bytes, c->self, peer};
    return SUCCESS;
}
Result ncclSend(const void *from, size_t bytes, int type, int peer, Handle communicator, Handle stream) {
    (void) stream;
    ENTER;
    return notePeer(from, NULL, bytes, type, peer, communicator);
}
Result ncclRecv(void *to, size_t bytes, int type, int peer, Handle communicator, Handle stream) {
    (void) stream;
    ENTER;
    return notePeer(NULL, to, bytes, type, peer, communicator);
}
Result ncclGroupStart(void) { ENTER; peerCount = 0; return SUCCESS; }
static int settlePeer(PeerCall *call) {
    Mail *box = call->from ? &mail[call->self][call->peer] : &mail[call->peer][call->self];
    if (call->from) return box->from == NULL; /* taken */
    if (box->from == NULL) return 0;
    if (box->bytes == call->bytes) memcpy(call->to, box->from, call->bytes);
    box->from = NULL;
    return 1;
}
Result ncclGroupEnd(void) {
    ENTER;
    pthread_mutex_lock(&group->lock);
    for (int k = 0; k < peerCount; k++) {
        PeerCall *call = &peerCalls[k];
        if (call->from) mail[call->self][call->peer] = (Mail) {call->from, call->bytes};
    }
    for (int left = (1 << peerCount) - 1; left; ) {
        for (int k = 0; k < peerCount; k++) if (left >> k & 1 && settlePeer(&peerCalls[k])) left &= ~(1 << k);
        pthread_mutex_unlock(&group->lock);
        if (left) usleep(50);
        pthread_mutex_lock(&group->lock);
    }
    pthread_mutex_unlock(&group->lock);
    return SUCCESS;
}
Result ncclCommGetAsyncError(Handle communicator, int *error) { (void) communicator; ENTER; *error = asyncError; return SUCCESS; }
Result ncclCommAbort(Handle communicator) {
    ENTER;
    if (!communicatorOf(communicator)) return 4;
    pthread_mutex_lock(&group->lock);
    aborts++;
    communicatorOf(communicator)->aborted = 1;
    for (int k = 0; k < MOST_STREAMS; k++) progress(&queues[k]);
    pthread_mutex_unlock(&group->lock);
    while (live[EXECUTABLE] > 0 && !together) usleep(200); /* as NCCL waits for graphs */
    communicatorOf(communicator)->gone = 1;
    COUNT(COMMUNICATOR, -1);
    return SUCCESS;
}
#ifndef OLD
Result ncclCommDestroy(Handle communicator) {
    ENTER;
    if (!communicatorOf(communicator)) return 4;
    communicatorOf(communicator)->gone = 1;
    COUNT(COMMUNICATOR, -1);
    return SUCCESS;
}
#endif
