// What the official SDK for JavaScript does at an endpoint: ten operations, one line of JSON with what each brought.
// Arguments: the address of the endpoint; the credentials stand in the environment.

import {
    AssociateQualificationWithWorkerCommand,
    CreateHITCommand,
    CreateQualificationTypeCommand,
    GetAccountBalanceCommand,
    GetHITCommand,
    GetQualificationScoreCommand,
    ListAssignmentsForHITCommand,
    ListHITsCommand,
    MTurkClient,
    UpdateExpirationForHITCommand,
    UpdateHITReviewStatusCommand,
    paginateListHITs,
} from "@aws-sdk/client-mturk";

const [endpoint, worker, question] = process.argv.slice(2);
const client = new MTurkClient({ endpoint, region: "us-east-1" });
const told = {};

const properties = { Title: "Ünique & <title>", Description: "d", Reward: "0.50", AssignmentDurationInSeconds: 600 };
const hit = { ...properties, LifetimeInSeconds: 3600, Question: question, Keywords: "a, b ü", MaxAssignments: 2 };

told.balance = (await client.send(new GetAccountBalanceCommand({}))).AvailableBalance;
const type = { Name: "n", Description: "d", QualificationTypeStatus: "Active" };
const kind = (await client.send(new CreateQualificationTypeCommand(type))).QualificationType.QualificationTypeId;
const held = { QualificationTypeId: kind, WorkerId: worker };
await client.send(new AssociateQualificationWithWorkerCommand({ ...held, IntegerValue: 42 }));
told.score = (await client.send(new GetQualificationScoreCommand(held))).Qualification.IntegerValue;
const made = [];
for (let number = 0; number < 3; number += 1) {
    made.push((await client.send(new CreateHITCommand(hit))).HIT.HITId);
}
const read = (await client.send(new GetHITCommand({ HITId: made[0] }))).HIT;
told.hit = { id: read.HITId, title: read.Title, keywords: read.Keywords, question: read.Question };
told.lifetime = (read.Expiration - read.CreationTime) / 1000;
told.pages = [];
for await (const page of paginateListHITs({ client, pageSize: 2 }, {})) {
    told.pages.push(page.HITs.length);
}
told.assignments = (await client.send(new ListAssignmentsForHITCommand({ HITId: made[0] }))).Assignments;
await client.send(new UpdateExpirationForHITCommand({ HITId: made[0], ExpireAt: new Date(0) }));
await client.send(new UpdateHITReviewStatusCommand({ HITId: made[0] }));
told.status = (await client.send(new GetHITCommand({ HITId: made[0] }))).HIT.HITStatus;
told.listed = (await client.send(new ListHITsCommand({ MaxResults: 100 }))).NumResults;
try {
    await client.send(new GetHITCommand({ HITId: "NOSUCHHIT" }));
} catch (error) {
    told.error = { name: error.name, code: error.TurkErrorCode, status: error.$metadata.httpStatusCode };
}
console.log(JSON.stringify(told));
