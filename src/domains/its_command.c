/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <domains/its_internal.h>

/* Commands: how they look (Arm IHI 0069, 5.3), and how the unit gets them. */

#define GITS_CWRITER 0x88
#define GITS_CREADR  0x90

enum {
	CMD_MOVI = 0x01,
	CMD_INT = 0x03,
	CMD_CLEAR = 0x04,
	CMD_SYNC = 0x05,
	CMD_MAPD = 0x08,
	CMD_MAPC = 0x09,
	CMD_MAPTI = 0x0a,
	CMD_INV = 0x0c,
	CMD_INVALL = 0x0d,
	CMD_DISCARD = 0x0f
};
#define VALID	 (UINT64_C(1) << 63)
#define PATIENCE 1000 /* reads of a register that should change */

struct command {
	uint64_t word[4];
};

/* ---- the queue ---- */

static void enqueue(struct its_unit *its, const struct command *command)
{
	uint64_t slot = its->queue + its->write;

	for (unsigned i = 0; i < 4; i++)
		bus_write(its->machine, slot + UINT64_C(8) * i, 8, command->word[i]);
	touch(its->machine, its);
	its->write = (its->write + ITS_COMMAND_BYTES) % ITS_QUEUE_BYTES;
}

static void wait_until_done(struct its_unit *its)
{
	for (unsigned i = 0; i < PATIENCE; i++)
		if (bus_read(its->machine, its->registers + GITS_CREADR, 8) == its->write)
			return;
	machine_poison(its->machine, "the ITS does not carry out its commands");
}

/* How commands name a redistributor (GITS_TYPER.PTA). */
static uint64_t target_of(const struct its_unit *its, unsigned cpu)
{
	const struct gic_cpu *c = &gic_root(its->machine)->cpu[cpu];

	return its->pta ? c->redistributor : (uint64_t)c->processor << 16;
}

/* sync_cpu −1: nobody has to be waited for. */
static void send(struct its_unit *its, const struct command *command, int sync_cpu)
{
	lock_acquire(its->machine, &its->command_lock);
	enqueue(its, command);
	if (sync_cpu >= 0) {
		const struct command sync = {{CMD_SYNC, 0, target_of(its, (unsigned)sync_cpu), 0}};

		enqueue(its, &sync);
	}
	bus_write(its->machine, its->registers + GITS_CWRITER, 8, its->write);
	wait_until_done(its);
	lock_release(its->machine, &its->command_lock);
}

/* ---- commands on an event ---- */

static struct command on_event(const struct its_device *dev, unsigned opcode, uint32_t event)
{
	return (struct command){{(uint64_t)dev->device_id << 32 | opcode, event, 0, 0}};
}

/* Whoever has the event now is waited for. */
static void send_on_event(struct its_device *dev, unsigned opcode, uint32_t event)
{
	const struct command command = on_event(dev, opcode, event);

	send(dev->its, &command, dev->collection[event]);
}

void its_send_mapti(struct its_device *dev, uint32_t event)
{
	struct command command = on_event(dev, CMD_MAPTI, event);

	command.word[1] |= (uint64_t)(dev->first + event) << 32;
	command.word[2] = dev->collection[event];
	send(dev->its, &command, dev->collection[event]);
}

void its_send_movi(struct its_device *dev, uint32_t event, unsigned cpu)
{
	struct command command = on_event(dev, CMD_MOVI, event);

	command.word[2] = cpu;
	send(dev->its, &command, dev->collection[event]);
}

void its_send_inv(struct its_device *dev, uint32_t event)
{
	send_on_event(dev, CMD_INV, event);
}

void its_send_discard(struct its_device *dev, uint32_t event)
{
	send_on_event(dev, CMD_DISCARD, event);
}

void its_send_int(struct its_device *dev, uint32_t event)
{
	send_on_event(dev, CMD_INT, event);
}

void its_send_clear(struct its_device *dev, uint32_t event)
{
	send_on_event(dev, CMD_CLEAR, event);
}

/* ---- devices and collections ---- */

void its_send_mapd(struct its_device *dev, bool valid)
{
	const struct command command = {{(uint64_t)dev->device_id << 32 | CMD_MAPD,
					 order_of(dev->events) - 1, (valid ? VALID : 0) | dev->itt,
					 0}};

	send(dev->its, &command, -1);
}

void its_send_mapc(struct its_unit *its, unsigned cpu)
{
	const struct command command = {{CMD_MAPC, 0, VALID | target_of(its, cpu) | cpu, 0}};

	send(its, &command, (int)cpu);
}

void its_send_invall(struct its_unit *its, unsigned cpu)
{
	const struct command command = {{CMD_INVALL, 0, cpu, 0}};

	send(its, &command, (int)cpu);
}
