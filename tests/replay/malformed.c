/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/replay.h"

/*
 * A real recording in which one thing is wrong. Line 0 of a path is the header.
 * Each is refused with its message, and nothing worse.
 */
static const struct row {
	const char *path, *text; /* "-": the member is missing */
	const char *message;	 /* after the file's name */
} rows[] = {
	{"0/irqlab_recording", "-", ":1: not a recording: the first line has no irqlab_recording"},
	{"0/irqlab_recording", "2", ":1: a recording of another version than 1"},
	{"0/irqlab_recording", "\"1\"", ":1: a recording of another version than 1"},
	{"0/name", "-", ":1: header.name is missing"},
	{"0/name", "7", ":1: header.name is not a string of at most 200 bytes"},
	{"0/kind", "-", ":1: header.kind is missing"},
	{"0/kind", "\"film\"", ":1: header.kind \"film\" is unknown"},
	{"0/hierarchy", "-", ":1: header.hierarchy is missing"},
	{"0/hierarchy", "[]", ":1: header.hierarchy is missing"},
	{"0/machine", "-", ":1: header.machine is missing"},
	{"0/machine/first_dynamic_irq", "-", ":1: machine.first_dynamic_irq is missing"},
	{"0/machine/first_dynamic_irq", "0",
	 ":1: machine.first_dynamic_irq is not a number of 1 to 1048576"},
	{"0/machine/first_dynamic_irq", "-1",
	 ":1: machine.first_dynamic_irq is not a number of 1 to 1048576"},
	{"0/machine/apic_driver", "-", ":1: machine.apic_driver is missing"},
	{"0/machine/apic_driver", "\"warp\"", ":1: machine.apic_driver \"warp\" is unknown"},
	{"0/machine/remap", "{\"kind\":\"intel\"}", ":1: machine.remap.domain is missing"},
	{"0/machine/remap", "{\"kind\":\"sparc\",\"domain\":\"X\"}",
	 ":1: machine.remap.kind \"sparc\" is unknown"},
	{"0/machine/remap", "{\"kind\":\"intel\",\"domain\":\"X\",\"entries\":9000000}",
	 ":1: machine.remap.entries is not a number of 2 to 65536"},
	{"0/machine/remap",
	 "{\"kind\":\"amd\",\"domain\":\"X\",\"entries_per_device\":512,\"irte_format\":\"z\"}",
	 ":1: machine.remap.irte_format \"z\" is unknown"},
	{"0/cpus", "-", ":1: cpus is not a list of 1 to 4096"},
	{"0/cpus", "[]", ":1: cpus is not a list of 1 to 4096"},
	{"0/cpus/1/cpu", "0", ":1: cpus[1] is number 0: a gap or a duplicate"},
	{"0/cpus/1/cpu", "9", ":1: cpus[1] is number 9: a gap or a duplicate"},
	{"0/cpus/1/online", "2", ":1: cpus[].online is not a number of 0 to 1"},
	{"0/cpus/1/node", "4000", ":1: cpus[].node is not a number of -1 to 1023"},
	{"0/devices", "-", ":1: devices is not a list of at most 1024"},
	{"0/devices/0/name", "-", ":1: devices[].name is missing"},
	{"0/devices/0/name", "\"a name that is much too long for a device\"",
	 ":1: devices[].name is not a string of at most 31 bytes"},
	{"0/devices/0/requester", "70000", ":1: devices[].requester is not a number of 0 to 65535"},
	{"0/devices/1/requester", "16", ":1: devices[1] \"H\" is there twice"},
	{"0/devices/1/name", "\"E\"", ":1: devices[1] \"E\" is there twice"},
	{"0/devices/0/msi/vectors", "33", ":1: devices[].msi.vectors is not a number of 1 to 32"},
	{"0/devices/0/msi/cap", "\"0x4000\"", ":1: devices[].msi.cap is not a number of 64 to 252"},
	{"0/devices/0/msix", "{\"cap\":\"0x70\",\"size\":4096}",
	 ":1: devices[].msix.size is not a number of 1 to 2048"},
	{"0/devices/0/behind", "\"0000:00:01.0\"", ":1: devices[].behind_kind is missing"},
	{"0/start", "-", ":1: header.start is missing"},
	{"0/start/irqs", "{}", ":1: irqs or gone is not a list"},
	{"0/start/irqs/18/irq", "2000000", ":1: start.irqs[].irq is not a number of 0 to 1048575"},
	{"0/start/irqs/1/irq", "0", ":1: irq 0 is recorded twice"},
	{"0/start/irqs/1/like", "99", ":1: an irq is like one that is not recorded before it"},
	{"0/start/irqs/0/depth", "-", ":1: start.irqs[0].depth is missing"},
	{"0/start/irqs/0/state", "\"0x123456789\"",
	 ":1: start.irqs[0].state is not a number of 0 to 4294967295"},
	{"0/start/irqs/0/affinity", "[7]", ":1: start.irqs[0][0] is no CPU of the machine"},
	{"0/start/irqs/0/affinity", "[0,0,0]", ":1: start.irqs[0] names more CPUs than there are"},
	{"0/start/irqs/0/chips", "[]",
	 ":1: start.irqs[0]: domains, chips and hwirqs are not lists of 1 to 4"},
	{"0/start/irqs/0/vec/vector", "256",
	 ":1: start.irqs[0].vector is not a number of 0 to 255"},
	{"0/start/irqs/0/ir", "{}", ":1: start.irqs[0].index is missing"},
	{"0/start/matrix", "-", ":1: start.matrix is missing"},
	{"0/start/matrix/window", "[32]", ":1: start.matrix.window is no range of vectors"},
	{"0/start/matrix/window", "[234,32]", ":1: start.matrix.window is no range of vectors"},
	{"0/start/matrix/online_maps", "-", ":1: start.matrix.online_maps is missing"},
	{"0/start/matrix/system_vectors/0", "[0,300]",
	 ":1: start.matrix.system_vectors[0] is no range of vectors"},
	{"0/start/matrix/cpus/7", "{}", ":1: start.matrix.cpus.7 is no CPU of the machine"},
	{"0/start/vectors/7", "{}", ":1: start.vectors.7 is no CPU of the machine"},
	{"0/start/vectors/0/300", "1", ":1: start.vectors has no vector 300"},
	{"0/start/vectors/0/60", "\"Q\"",
	 ":1: start.vectors has a slot that is neither irq nor mark"},
	{"0/start/irt", "{\"allocated\":[[9,3]]}",
	 ":1: start.irt.allocated[0] is no range of entries"},
	{"2/n", "-", ":3: an operation without a number"},
	{"2/n", "7", ":3: operation 7 after 1"},
	{"2/op", "-", ":3: an operation without a name"},
	{"2/irqs/0/irq", "-", ":3: an irq record without a number"},
	{"2/writes", "7", ":3: a list of writes or events is malformed or too long"},
	{"2/writes/0", "{\"run\":1000000000,\"of\":[{}],\"step\":[{}]}",
	 ":3: a list of writes or events is malformed or too long"},
	{"2/writes/0/entries", "[9,3]", ":3: writes[0].entries is malformed"},
	{"2/matrix", "[]", ":3: matrix is not an object"},
};

/* The same of one with an ITS. */
static const struct row arm_rows[] = {
	{"0/machine/gicd", "-", ":1: machine.gicd.spis is missing"},
	{"0/machine/gicd/spis", "16", ":1: machine.gicd.spis is not a number of 32 to 960"},
	{"0/machine/lpi/id_bits", "20", ":1: machine.lpi.id_bits is not a number of 14 to 16"},
	{"0/machine/gicr", "[]", ":1: machine.gicr is not a list of as many as CPUs"},
	{"0/machine/gicr/1/processor", "70000",
	 ":1: machine.gicr[].processor is not a number of 0 to 65535"},
	{"0/machine/gicr/2/affinity", "-", ":1: machine.gicr[].affinity is missing"},
	{"0/machine/its/base", "-", ":1: machine.its.base is missing"},
	{"0/cmdline", "\"irqaffinity=1,9\"", ":1: irqaffinity= is no list of CPUs of the machine"},
	{"0/cmdline", "\"irqaffinity=2-1\"", ":1: irqaffinity= is no list of CPUs of the machine"},
	{"0/cmdline", "\"irqaffinity=one\"", ":1: irqaffinity= is no list of CPUs of the machine"},
	{"0/machine/smmu", "{\"mode\":\"x\"}", ":1: machine.smmu.mode \"x\" is unknown"},
	{"0/start/irqs/0/flow", "-", ":1: start.irqs[1].flow is missing"},
	{"0/start/irqs/0/state", "\"0x123456789\"",
	 ":1: start.irqs[1].state is not a number of 0 to 4294967295"},
	{"0/start/irqs/0/effective", "[9]", ":1: start.irqs[1][0] is no CPU of the machine"},
	{"0/start/irqs/15/dev", "\"nobody\"",
	 ":1: start.irqs[16] is of a device that is not listed"},
	{"0/start/irqs/15/index", "70000",
	 ":1: start.irqs[16].index is not a number of 0 to 65535"},
	{"0/start/irqs/15/msg", "[\"0x0\",7,\"0x0\"]", ":1: start.irqs[16].msg is no message"},
	{"0/start/its_boot_commands", "7",
	 ":1: a list of writes or events is malformed or too long"},
};

static bool check(const char *recording, const struct row *row)
{
	const char *path = row->path, *text = row->text, *message = row->message;
	const struct replay_options options = {.max_differences = 1};
	json_t *lines = recording_lines(recording);
	struct replay_result result;
	struct temporary file;
	bool good;

	json_patch(lines, path, text);
	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, &result);
	good = result.verdict == REPLAY_MALFORMED &&
	       !strcmp(result.why + strlen(file.path), message);
	if (!good)
		print_error("%s = %s: %s \"%s\"\n", path, text, replay_verdict_name(result.verdict),
			    result.why);
	replay_result_free(&result);
	temporary_remove(&file);
	json_decref(lines);
	return good;
}

static void each_is_refused_with_its_message(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += !check("x86_64-a2-msi_single", &rows[i]);
	for (size_t i = 0; i < sizeof(arm_rows) / sizeof(arm_rows[0]); i++)
		wrong += !check("arm64-alias-alias", &arm_rows[i]);
	assert_int_equal(wrong, 0);
}

/* ---- what can be read, but says things that nobody can perform or compare ---- */

static void replay_patched(const char *path, const char *text, struct replay_result *result)
{
	const struct replay_options options = {.max_differences = 1};
	json_t *lines = recording_lines("x86_64-a2-msi_single");
	struct temporary file;

	json_patch(lines, path, text);
	temporary_write_lines(&file, lines);
	replay_file(file.path, &options, result);
	temporary_remove(&file);
	json_decref(lines);
}

static void unknown_things_are_named(void **state)
{
	struct replay_result result;

	(void)state;
	replay_patched("5/colour", "\"blue\"", &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_int_equal(json_integer_value(json_object_get(result.unknown, "colour")), 1);
	replay_result_free(&result);

	replay_patched("0/weather", "1", &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_int_equal(json_integer_value(json_object_get(result.unknown, "weather")), 1);
	replay_result_free(&result);

	replay_patched("24/op", "\"levitate\"", &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_string_equal(result.comparison.differences[0].path, "unknown operation");
	replay_result_free(&result);

	replay_patched("24/devs", "{\"E\":{\"colour\":1}}", &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_string_equal(result.comparison.differences[0].path, "devs.E.colour");
	assert_null(result.comparison.differences[0].actual);
	replay_result_free(&result);

	replay_patched("24/dev", "\"nobody\"", &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	replay_result_free(&result);
}

/* Arguments beyond all bounds do no harm. */
static void hostile_arguments(void **state)
{
	static const struct {
		const char *line;
	} lines[] = {
		{"{\"op\":\"alloc_vectors\",\"dev\":\"E\",\"min\":-5,\"max\":99999999999,\"flags\":[7],\"ret\":0}"},
		{"{\"op\":\"alloc_vectors\",\"dev\":\"E\",\"min\":\"x\",\"max\":{},\"flags\":\"msi\",\"ret\":0}"},
		{"{\"op\":\"alloc_vectors_affinity\",\"dev\":\"E\",\"min\":1,\"max\":1,\"flags\":[\"msi\",\"affinity\"],"
		 "\"pre\":4000000000,\"post\":-1,\"sets\":[-1,9999999999,3,4,5,6],\"ret\":0}"},
		{"{\"op\":\"alloc_at\",\"dev\":\"E\",\"index\":-1,\"mask\":[99999,-4,\"x\"],\"ret\":0}"},
		{"{\"op\":\"alloc_at_many\",\"dev\":\"E\",\"count\":999999999999,\"ret\":0}"},
		{"{\"op\":\"enable_msix_range\",\"dev\":\"E\",\"min\":1,\"max\":2000000,\"entries\":[1],\"ret\":0}"},
		{"{\"op\":\"free_at\",\"dev\":\"E\",\"index\":-9,\"ret\":0}"},
		{"{\"op\":\"request\",\"dev\":\"E\",\"indexes\":[0,4000000000],\"ret\":0}"},
		{"{\"op\":\"request\",\"dev\":\"E\",\"indexes\":[3,1],\"ret\":0}"},
		{"{\"op\":\"request\",\"irq\":-7,\"ret\":0}"},
		{"{\"op\":\"request\",\"irq\":4294967295,\"ret\":0}"},
		{"{\"op\":\"free_irq\",\"irq\":\"last_requested\",\"ret\":0}"},
		{"{\"op\":\"fire\",\"irq\":9999999,\"ret\":0}"},
		{"{\"op\":\"enable\",\"irq\":9999999,\"ret\":0}"},
		{"{\"op\":\"disable\",\"irq\":9999999,\"ret\":0}"},
		{"{\"op\":\"chip_mask\",\"irq\":9999999,\"ret\":0}"},
		{"{\"op\":\"set_type\",\"irq\":9999999,\"type\":-1,\"ret\":0}"},
		{"{\"op\":\"set_vcpu_affinity\",\"irq\":0,\"ret\":0}"},
		{"{\"op\":\"get_pending\",\"irq\":0,\"ret\":0}"},
		{"{\"op\":\"inject_irq\",\"irq\":9999999,\"ret\":0}"},
		{"{\"op\":\"set_affinity\",\"irq\":1,\"mask\":[0,5000],\"ret\":0}"},
		{"{\"op\":\"set_affinity_proc\",\"irq\":9999999,\"mask\":{},\"ret\":0}"},
		{"{\"op\":\"set_default_affinity\",\"mask\":[],\"ret\":0}"},
		{"{\"op\":\"ims_create\",\"dev\":\"E\",\"type\":7,\"size\":99999999,\"ret\":0}"},
		{"{\"op\":\"ims_create\",\"dev\":\"E\",\"type\":\"queue\",\"size\":0,\"ret\":0}"},
		{"{\"op\":\"ims_alloc\",\"dev\":\"E\",\"cookie\":\"zz\",\"index\":\"any\",\"ret\":0}"},
		{"{\"op\":\"ims_free\",\"dev\":\"E\",\"index\":-1,\"ret\":0}"},
		{"{\"op\":\"ims_remove\",\"dev\":\"E\",\"ret\":0}"},
		{"{\"op\":\"cpu_offline\",\"cpu\":-1,\"ret\":0}"},
		{"{\"op\":\"cpu_online\",\"cpu\":4096,\"ret\":0}"},
		{"{\"op\":\"bar_write\",\"dev\":\"E\",\"offset\":\"0x0\",\"value\":\"0x0\",\"delivered\":[[7,7],3,{}],\"ret\":0}"},
		{"{\"op\":\"edu_raise\",\"ret\":0}"},
		{"{\"op\":\"free_vectors\",\"ret\":0}"},
		{"{\"op\":\"set_no_msi\",\"dev\":[],\"ret\":0}"},
		{"{\"op\":\"clear_msi_domain\",\"dev\":\"E\",\"ret\":0}"},
		{"{\"op\":\"alloc_vectors\",\"dev\":\"E\",\"min\":1,\"max\":1,\"flags\":[\"msi\"],\"ret\":0}"},
	};
	const struct replay_options options = {.max_differences = 3};
	json_t *recording = recording_lines("x86_64-a2-msi_single"), *file_lines = json_array();
	struct replay_result result;
	struct temporary file;

	(void)state;
	json_array_append(file_lines, json_array_get(recording, 0));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		json_t *line = json_loads(lines[i].line, 0, NULL);

		assert_non_null(line);
		json_object_set_new(line, "n", json_integer((json_int_t)i + 1));
		json_array_append_new(file_lines, line);
	}
	temporary_write_lines(&file, file_lines);
	replay_file(file.path, &options, &result);
	assert_int_equal(result.verdict, REPLAY_DIFFERS);
	assert_int_equal(result.operations, sizeof(lines) / sizeof(lines[0]));
	replay_result_free(&result);
	temporary_remove(&file);
	json_decref(file_lines);
	json_decref(recording);
}

static void machines_that_cannot_be_built_are_unsupported(void **state)
{
	struct replay_result result;

	(void)state;
	replay_patched("0/hierarchy/0", "\"mystery\"", &result);
	assert_int_equal(result.verdict, REPLAY_UNSUPPORTED);
	assert_string_equal(result.why, "no such hierarchy in this program yet");
	assert_int_equal(result.operations, 24);
	replay_result_free(&result);

	replay_patched("0/cpus/1/apic_id", "0", &result);
	assert_int_equal(result.verdict, REPLAY_UNSUPPORTED);
	assert_non_null(strstr(result.why, "the machine cannot be built: "));
	replay_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused_with_its_message),
		cmocka_unit_test(unknown_things_are_named),
		cmocka_unit_test(hostile_arguments),
		cmocka_unit_test(machines_that_cannot_be_built_are_unsupported),
	};

	return cmocka_run_group_tests_name("replay: malformed recordings", tests, NULL, NULL);
}
