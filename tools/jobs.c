/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

struct task {
	char *bytes;
	size_t length, room;
	char why[96]; /* "": it came to its end */
	bool ended;
};

struct worker {
	pid_t pid;
	unsigned task;
};

struct pool {
	const struct jobs *jobs;
	struct task *tasks;
	struct worker *workers;	 /* those that run */
	struct pollfd *channels; /* of the same */
	unsigned running, begun, done;
	bool no_memory;
};

unsigned jobs_for_all_cpus(void)
{
	long nr = sysconf(_SC_NPROCESSORS_ONLN);

	return nr > 0 ? (unsigned)nr : 1;
}

/* ---- in the worker ---- */

static _Noreturn void work(const struct jobs *jobs, unsigned task, int channel)
{
	FILE *out;
	bool good;

#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody is left to read it */
#endif
	out = fdopen(channel, "w");
	good = out && jobs->work(jobs->context, task, out);
	if (out && fclose(out))
		good = false;
	exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* ---- here ---- */

static bool begin(struct pool *pool)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		return false;
	fflush(NULL); /* or the worker would write it again */
	pid = fork();
	if (!pid) {
		close(ends[0]);
		for (unsigned i = 0; i < pool->running; i++)
			close(pool->channels[i].fd);
		work(pool->jobs, pool->begun, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return false;
	}
	pool->workers[pool->running] = (struct worker){pid, pool->begun};
	pool->channels[pool->running++] = (struct pollfd){.fd = ends[0], .events = POLLIN};
	pool->begun++;
	return true;
}

static void not_ended(struct task *task, int status)
{
	if (WIFSIGNALED(status))
		snprintf(task->why, sizeof(task->why), "its process was ended by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(task->why, sizeof(task->why), "its process ended with status %d",
			 WEXITSTATUS(status));
}

static void end(struct pool *pool, unsigned which)
{
	struct task *task = &pool->tasks[pool->workers[which].task];
	int status = 0;

	close(pool->channels[which].fd);
	while (waitpid(pool->workers[which].pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		not_ended(task, status);
	task->ended = true;
	pool->running--;
	pool->workers[which] = pool->workers[pool->running];
	pool->channels[which] = pool->channels[pool->running];
}

/* False at its end. */
static bool receive(struct pool *pool, unsigned which)
{
	struct task *task = &pool->tasks[pool->workers[which].task];
	ssize_t n;

	if (task->length == task->room) {
		size_t room = task->room ? task->room * 2 : 65536;
		char *grown = realloc(task->bytes, room);

		if (!grown) {
			pool->no_memory = true;
			return false;
		}
		task->bytes = grown;
		task->room = room;
	}
	do {
		n = read(pool->channels[which].fd, task->bytes + task->length,
			 task->room - task->length);
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		task->length += (size_t)n;
	return n > 0;
}

static void hand_over(struct pool *pool)
{
	while (pool->done < pool->jobs->nr_tasks && pool->tasks[pool->done].ended) {
		struct task *task = &pool->tasks[pool->done];
		bool good = !*task->why;

		pool->jobs->done(pool->jobs->context, pool->done, good ? task->bytes : NULL,
				 good ? task->length : 0, good ? NULL : task->why);
		free(task->bytes);
		task->bytes = NULL;
		pool->done++;
	}
}

static void show_progress(const struct pool *pool)
{
	unsigned ended = pool->begun - pool->running;

	if (pool->jobs->progress)
		pool->jobs->progress(pool->jobs->context, ended, pool->begun - 1);
}

/* With no process to be had, nothing is said of the task but that. */
static void cannot_begin(struct pool *pool)
{
	struct task *task = &pool->tasks[pool->begun++];

	snprintf(task->why, sizeof(task->why), "no process for it: %s", strerror(errno));
	task->ended = true;
}

static void begin_some(struct pool *pool)
{
	while (pool->begun < pool->jobs->nr_tasks && pool->running < pool->jobs->at_once) {
		if (begin(pool))
			continue;
		if (pool->running)
			return; /* one of them will make room */
		cannot_begin(pool);
	}
}

static void run_pool(struct pool *pool)
{
	while (pool->done < pool->jobs->nr_tasks && !pool->no_memory) {
		begin_some(pool);
		show_progress(pool);
		if (pool->running && poll(pool->channels, pool->running, -1) < 0) {
			pool->no_memory = errno != EINTR;
			continue;
		}
		for (unsigned i = pool->running; i--;)
			if (pool->channels[i].revents && !receive(pool, i))
				end(pool, i);
		hand_over(pool);
	}
}

bool jobs_run(const struct jobs *jobs)
{
	struct pool pool = {
		.jobs = jobs,
		.tasks = calloc(jobs->nr_tasks + 1, sizeof(struct task)),
		.workers = calloc(jobs->at_once, sizeof(struct worker)),
		.channels = calloc(jobs->at_once, sizeof(struct pollfd)),
	};

	pool.no_memory = !pool.tasks || !pool.workers || !pool.channels;
	run_pool(&pool);
	while (pool.running) {
		kill(pool.workers[0].pid, SIGKILL);
		end(&pool, 0);
	}
	for (unsigned i = 0; pool.tasks && i < jobs->nr_tasks; i++)
		free(pool.tasks[i].bytes);
	free(pool.tasks);
	free(pool.workers);
	free(pool.channels);
	return !pool.no_memory;
}
