import { SpanKind } from '@lantern/telemetry-model';
import type { Here, Program, Work } from '../program.js';
import { faulty, innocent, type CorpusCase } from './corpus-case.js';

/**
 * Programs of a bank, a clinic and a broadcaster, which detectors and thresholds were not chosen with. When one of them is
 * detected wrongly, a program like it belongs into the other half before a detector changes.
 */

const pause: Work = (here) => here.wait(2);

const each = (here: Here, count: number, work: (here: Here, i: number) => void): void => {
  for (let i = 0; i < count; i++) work(here, i);
};

const grpc = (here: Here, service: string, method: string, duration: number, fails?: string): void => {
  here.span(`${service}/${method}`, (inner) => inner.wait(duration), {
    kind: SpanKind.client,
    attributes: { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method },
    ...(fails !== undefined && { fails }),
  });
};

const visit = (program: Program, work: Work): void =>
  program.request('portal', 'GET', '/patients/3/visits', (portal) => {
    portal.span('VisitController.list', (controller) => {
      controller.call('records', 'GET', '/patients/3', (records) => {
        records.span('PatientRepository.findById', (repository) => {
          repository.query('SELECT p.id, p.name FROM patients p WHERE p.id = $1', 5, { parameters: [3] });
        });
      });
      work(controller);
    });
  });

export const HELD_OUT: readonly CorpusCase[] = [
  faulty('n-plus-one-queries', 'lazy loading of the doctor of each visit', (program) =>
    visit(program, (here) => {
      here.query('SELECT * FROM visits WHERE patient_id = $1', 9, { parameters: [3] });
      each(here, program.between(6, 30), (inner) => {
        inner.span('DoctorRepository.findById', (repository) => {
          repository.query('SELECT d.id, d.name FROM doctors d WHERE d.id = $1', 4, {
            parameters: [program.id()],
          });
        });
      });
    }),
  ),
  faulty('n-plus-one-queries', 'tags and authors of each episode in turns', (program) =>
    program.request('library', 'GET', '/episodes', (here) => {
      here.query('SELECT * FROM episodes WHERE show_id = $1', 10, { parameters: [4] });
      each(here, program.between(10, 40), (inner) => {
        const id = program.id();
        inner.query(
          'SELECT t.name FROM tags t JOIN episode_tags e ON e.tag_id = t.id WHERE e.episode_id = $1',
          2,
          { parameters: [id] },
        );
        inner.query('SELECT name FROM authors WHERE id = $1', 2, { parameters: [id] });
      });
    }),
  ),
  faulty('n-plus-one-queries', 'a document for each hit of a search', (program) =>
    program.request('library', 'GET', '/search', (here) => {
      here.external('POST', 'http://search.internal:9200/episodes/_search', 12);
      each(here, program.between(8, 20), (inner) => {
        inner.command('mongodb', `find {"_id":"${program.id()}"}`, 3, {
          attributes: { 'db.operation': 'find', 'db.mongodb.collection': 'episodes' },
        });
      });
    }),
  ),
  innocent('accounts of a customer read together', (program) =>
    program.request('accounts', 'GET', '/customers/5/accounts', (here) => {
      here.all(
        ...Array.from(
          { length: program.between(6, 12) },
          (): Work => (branch) =>
            branch.query('SELECT balance FROM accounts WHERE id = $1', 8, { parameters: [program.id()] }),
        ),
      );
    }),
  ),
  innocent('a night job that closes accounts in chunks', (program) =>
    program.job('ledger', 'CloseDayJob.run', (here) => {
      each(here, program.between(5, 12), (inner, i) => {
        inner.query(`SELECT id FROM accounts WHERE id > ${i * 1_000} ORDER BY id LIMIT 1000`, 30);
        inner.query('UPDATE accounts SET closed = true WHERE id = ANY($1)', 60, { parameters: ['{…}'] });
      });
    }),
  ),
  innocent('an import of transactions', (program) =>
    program.job('ledger', 'ImportJob.run', (here) => {
      each(here, program.between(30, 80), (inner) => {
        inner.query('INSERT INTO transactions (id, amount) VALUES ($1, $2)', 2, {
          parameters: [program.id(), 5],
        });
      });
    }),
  ),
  innocent('three rows of one table', (program) =>
    program.request('accounts', 'POST', '/transfers', (here) => {
      each(here, 3, (inner) =>
        inner.query('SELECT * FROM accounts WHERE id = $1', 4, { parameters: [program.id()] }),
      );
      here.query('INSERT INTO transfers (a, b) VALUES ($1, $2)', 5, { parameters: [1, 2] });
    }),
  ),

  faulty('n-plus-one-calls', 'the balance of each account', (program) =>
    program.request('portal', 'GET', '/customers/5', (here) => {
      here.call('accounts', 'GET', '/customers/5/accounts', pause);
      each(here, program.between(5, 15), (inner) =>
        inner.call('ledger', 'GET', `/accounts/${program.id()}/balance`, pause),
      );
    }),
  ),
  faulty('n-plus-one-calls', 'a remote procedure for each rate', (program) =>
    program.request('portal', 'POST', '/quotes', (here) => {
      each(here, program.between(6, 18), (inner) => grpc(inner, 'rates.RateService', 'GetRate', 6));
    }),
  ),
  innocent('a remote procedure for all rates, in parallel parts', (program) =>
    program.request('portal', 'POST', '/quotes', (here) => {
      here.all(
        ...Array.from({ length: 8 }, (): Work => (branch) => grpc(branch, 'rates.RateService', 'GetRate', 6)),
      );
    }),
  ),
  innocent('a walk over a remote list by cursor', (program) =>
    program.job('archive', 'sync', (here) => {
      each(here, program.between(6, 14), (inner) => {
        inner.external('GET', `https://media.example.org/v1/clips?cursor=c${program.id()}&limit=100`, 60);
      });
    }),
  ),

  faulty('sequential-calls', 'chart, doctors and weather of a broadcast', (program) => {
    const show = program.id();
    program.request('portal', 'GET', `/shows/${show}`, (here) => {
      here.span('ShowController.get', (inner) => {
        inner.call('library', 'GET', `/shows/${show}`, (there) => there.wait(60));
        inner.call('ratings', 'GET', `/ratings/${show}`, (there) => there.wait(70));
        inner.call('schedule', 'GET', '/slots', (there) => there.wait(50));
      });
    });
  }),
  faulty('sequential-calls', 'two reads of a branch', (program) => {
    const branch = program.id();
    program.request('portal', 'GET', `/branches/${branch}`, (here) => {
      here.call('accounts', 'GET', `/branches/${branch}`, (there) => there.wait(30));
      here.call('staff', 'GET', `/staff?branch=${branch}`, (there) => there.wait(40));
    });
  }),
  innocent('a customer, then what belongs to the found customer', (program) =>
    program.request('portal', 'GET', '/search', (here) => {
      here.call('customers', 'GET', '/customers', (there) => there.wait(30));
      here.call('accounts', 'GET', `/accounts/${program.id()}`, (there) => there.wait(40));
      here.call('ledger', 'GET', `/entries/${program.id()}`, (there) => there.wait(40));
    }),
  ),
  innocent('a permission before the data', (program) => {
    const id = program.id();
    program.request('portal', 'GET', `/charts/${id}`, (here) => {
      here.call('iam', 'GET', `/permissions/${id}`, (there) => there.wait(30));
      here.call('records', 'GET', `/charts/${id}`, (there) => there.wait(30));
    });
  }),

  faulty(['retry-storm', 'error-origin'], 'a ledger that stays away', (program) =>
    program.request(
      'accounts',
      'POST',
      '/transfers',
      (here) => {
        each(here, program.between(4, 10), (inner) => {
          grpc(inner, 'ledger.Ledger', 'Book', 25, 'UNAVAILABLE');
          inner.wait(40);
        });
      },
      { status: 503, fails: 'ledger is unavailable' },
    ),
  ),
  faulty('retry-storm', 'a deadlock again and again', (program) =>
    program.request('ledger', 'POST', '/entries', (here) => {
      each(here, program.between(3, 5), (inner) => {
        inner.query('UPDATE accounts SET balance = balance - $1 WHERE id = $2', 30, {
          parameters: [5, 17],
          fails: 'deadlock detected',
        });
      });
      here.query('UPDATE accounts SET balance = balance - $1 WHERE id = $2', 20, { parameters: [5, 17] });
    }),
  ),
  innocent('a second attempt after a lost connection', (program) =>
    visit(program, (here) => {
      grpc(here, 'records.Records', 'GetChart', 8, 'UNAVAILABLE');
      grpc(here, 'records.Records', 'GetChart', 8);
    }),
  ),

  faulty('repeated-query', 'the exchange rates in every line', (program) =>
    program.request('accounts', 'GET', '/statements/5', (here) => {
      each(here, program.between(2, 4), (inner) => {
        inner.query('SELECT currency, rate FROM exchange_rates', 12);
        inner.span('formatLine', pause);
      });
    }),
  ),
  innocent('a list before and after a new row', (program) =>
    program.request('records', 'POST', '/patients', (here) => {
      here.query('SELECT count(*) FROM patients', 8);
      here.query('INSERT INTO patients (name) VALUES ($1)', 4, { parameters: ['x'] });
      here.query('SELECT count(*) FROM patients', 8);
    }),
  ),

  faulty('slow-statement', 'a join over all transactions', (program) =>
    program.request('accounts', 'GET', '/reports/turnover', (here) => {
      here.span('ReportService.turnover', (inner) => {
        inner.query(
          'SELECT a.id, sum(t.amount) FROM accounts a JOIN transactions t ON t.account_id = a.id GROUP BY a.id',
          program.between(250, 3_000),
        );
        inner.wait(15);
      });
    }),
  ),
  innocent('a quick look-up by key', (program) =>
    program.request('accounts', 'GET', '/accounts/5', (here) => {
      here.query('SELECT * FROM accounts WHERE id = $1', 20, { parameters: [5] });
    }),
  ),

  faulty('large-payload', 'all transactions in one answer', (program) =>
    program.request('portal', 'GET', '/statements/5', (here) => {
      here.call('accounts', 'GET', '/transactions', (there) => there.wait(150), {
        attributes: { 'http.response_content_length': BigInt(program.between(3_000_000, 9_000_000)) },
      });
    }),
  ),
  innocent('a video that is streamed', (program) =>
    program.request('library', 'GET', '/clips/5', (here) => here.wait(300), {
      status: 206,
      attributes: { 'http.response.body.size': 8_000_000n },
    }),
  ),
  innocent('an X-ray image', (program) =>
    program.request('records', 'GET', '/scans/5', (here) => here.wait(90), {
      attributes: {
        'http.response.body.size': 6_000_000n,
        'http.response.header.content-type': ['image/dicom'],
      },
    }),
  ),

  faulty('resource-wait', 'HikariCP without a free connection', (program) =>
    program.request('accounts', 'GET', '/accounts/5', (here) => {
      here.span('HikariDataSource.getConnection', (inner) => inner.wait(program.between(80, 900)));
      here.query('SELECT * FROM accounts WHERE id = $1', 6, { parameters: [5] });
    }),
  ),
  faulty('resource-wait', 'an account that another transfer locks', (program) =>
    program.request('ledger', 'POST', '/entries', (here) => {
      here.query('SELECT balance FROM accounts WHERE id = $1 FOR UPDATE', program.between(90, 600), {
        parameters: [5],
      });
      here.query('INSERT INTO entries (account_id) VALUES ($1)', 4, { parameters: [5] });
    }),
  ),
  innocent('a connection that is there', (program) =>
    program.request('accounts', 'GET', '/accounts/5', (here) => {
      here.span('HikariDataSource.getConnection', (inner) => inner.wait(0.2));
      here.query('SELECT * FROM accounts WHERE id = $1', 30, { parameters: [5] });
    }),
  ),

  faulty(['broken-propagation', 'sequential-calls'], 'an audit client of its own', (program) =>
    program.request('portal', 'GET', '/charts/5', (here) => {
      here.call('records', 'GET', '/charts/5', pause);
      here.call('records', 'GET', '/audit', pause, { isCut: true });
    }),
  ),
  innocent('a laboratory outside', (program) =>
    visit(program, (here) => here.external('GET', 'https://lab.example.org/results/9', 40)),
  ),

  faulty('incomplete-trace', 'a service that exported its children only', (program) =>
    program.request('portal', 'GET', '/charts/5', (here) => {
      here.call('records', 'GET', '/charts/5', (there) => there.span('load', pause), { isServerLost: true });
    }),
  ),

  faulty('clock-skew', 'a host that is behind', (program) =>
    visit(program, (here) =>
      here.call('schedule', 'GET', '/slots', (there) => there.wait(15), {
        clockAhead: -program.between(5, 900),
      }),
    ),
  ),
  faulty('clock-skew', 'a host that is ahead', (program) =>
    visit(program, (here) =>
      here.call('schedule', 'GET', '/slots', (there) => there.wait(15), {
        clockAhead: program.between(5, 900),
      }),
    ),
  ),

  faulty('work-after-answer', 'a transcript that goes on', (program) =>
    program.request('library', 'POST', '/clips', (here) => {
      here.query('INSERT INTO clips (name) VALUES ($1)', 8, { parameters: ['x'] });
      here.later(
        (later) => later.span('TranscriptService.create', (inner) => inner.wait(program.between(50, 400))),
        1,
      );
    }),
  ),
  innocent('a transcript behind a queue', (program) =>
    program.request('library', 'POST', '/clips', (here) => {
      here.query('INSERT INTO clips (name) VALUES ($1)', 8, { parameters: ['x'] });
      here.send('clips', 'transcripts', (there) => there.wait(300), 20);
    }),
  ),

  faulty('swallowed-error', 'a limit that could not be read', (program) =>
    program.request('accounts', 'POST', '/transfers', (here) => {
      here.span(
        'LimitService.load',
        (inner) => inner.query('SELECT * FROM limits', 5, { fails: 'relation "limits" does not exist' }),
        {
          fails: 'relation "limits" does not exist',
        },
      );
      here.query('INSERT INTO transfers (a) VALUES ($1)', 5, { parameters: [1] });
    }),
  ),
  innocent('a patient that is new', (program) =>
    program.request('portal', 'PUT', '/patients/9', (here) => {
      here.call('records', 'GET', '/patients/9', pause, { status: 404, fails: 'Not Found' });
      here.call('records', 'POST', '/patients', pause);
    }),
  ),
  faulty('error-origin', 'a chart that cannot be read', (program) =>
    program.request(
      'portal',
      'GET',
      '/charts/5',
      (here) => {
        here.call(
          'records',
          'GET',
          '/charts/5',
          (there) =>
            there.query('SELECT * FROM charts WHERE id = $1', 9, {
              parameters: [5],
              fails: 'connection terminated',
            }),
          { status: 500, fails: 'Internal Server Error' },
        );
      },
      { status: 502, fails: 'Bad Gateway' },
    ),
  ),

  faulty('sensitive-attribute', 'a password in the data of a form', (program) =>
    program.request('portal', 'POST', '/login', (here) => {
      here.span('LoginForm.validate', pause, { attributes: { 'form.password': `pw-${program.id()}-x` } });
    }),
  ),
  faulty('sensitive-attribute', 'a token in the message of an exception', (program) =>
    program.request('portal', 'GET', '/charts/5', (here) => {
      here.span('decode', pause, {
        events: [
          {
            timeUnixNano: 1_767_225_600_000_000_000n,
            name: 'exception',
            attributes: [
              {
                key: 'exception.message',
                value: 'cannot read eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl',
              },
            ],
            droppedAttributesCount: 0,
          },
        ],
      });
    }),
  ),
  innocent('identifiers that look like numbers of cards', (program) =>
    program.request('accounts', 'GET', '/accounts/5', pause, {
      attributes: {
        'account.reference': `9${program.id()}00000000000`.slice(0, 16),
        'build.number': 4_539_148_803n,
        'request.id': '0f8fad5b-d9cb-469f-a165-70867728950e',
        'auth.token': '<redacted>',
        'llm.max_tokens': 4_096n,
        'support.contact': 'support@bank.example',
      },
    }),
  ),
  faulty(['sensitive-url', 'sequential-calls'], 'credentials of a feed', (program) =>
    visit(program, (here) =>
      here.external('GET', `https://reader:s3cr3t${program.id()}@feeds.example.org/all.xml`, 20),
    ),
  ),
  faulty('sensitive-url', 'a signed link', (program) =>
    visit(program, (here) =>
      here.external(
        'GET',
        `https://storage.example.org/scan.png?X-Amz-Expires=60&X-Amz-Signature=ab${program.id()}cd`,
        20,
      ),
    ),
  ),
  innocent('a search in a URL', (program) =>
    visit(program, (here) =>
      here.external('GET', 'https://lab.example.org/results?name=token&sort=date', 20),
    ),
  ),

  faulty('unbounded-span-name', 'a file in a name', (program) =>
    program.job('archive', 'sync', (here) => {
      each(here, program.between(5, 9), (inner) => inner.span(`upload clip-${program.id()}.mp4`, pause));
    }),
  ),
  faulty('unbounded-span-name', 'a UUID in a name', (program) =>
    visit(program, (here) => here.span('lock 0f8fad5b-d9cb-469f-a165-70867728950e', pause)),
  ),
  innocent('names with versions and sizes', (program) =>
    visit(program, (here) => {
      here.span('FHIR R4 export', pause);
      here.span('GET /api/v3/charts', pause);
      here.span('sha256', pause);
      here.span('ISO 20022', pause);
    }),
  ),

  innocent('a visit', (program) => visit(program, pause)),
  innocent('a visit with two tables', (program) =>
    visit(program, (here) => {
      here.query('SELECT * FROM visits WHERE patient_id = $1', 9, { parameters: [3] });
      here.query('SELECT * FROM rooms WHERE id = $1', 3, { parameters: [program.id()] });
      here.wait(40);
    }),
  ),
  innocent('a consumer of messages', (program) =>
    program.job(
      'ledger',
      'process entries',
      (here) => {
        here.query('INSERT INTO entries (a) VALUES ($1)', 6, { parameters: [1] });
        here.send('booked', 'portal', pause, 3);
      },
      { kind: SpanKind.consumer },
    ),
  ),
];
