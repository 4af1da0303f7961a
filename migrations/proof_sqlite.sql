-- Proofs of passing on SQLite: never edited, never removed, and what the street may see of them.
-- `registry migrate` drops and makes all of it again after every run.

drop trigger if exists proof_of_passing_insert_again;
create trigger proof_of_passing_insert_again before insert on proof_of_passing when exists (
  select 1 from proof_of_passing where id = new.id or qualification_id = new.qualification_id
    or number = new.number or code = new.code)
begin select raise(abort, 'rule:proof-is-kept'); end;

drop trigger if exists proof_of_passing_insert_standing;
create trigger proof_of_passing_insert_standing before insert on proof_of_passing when not exists (
  select 1 from qualification q join person p on p.id = q.person_id
  where q.id = new.qualification_id and q.withdrawn_at is null and q.subject = new.subject
    and q.field = new.field and p.name = new.name)
begin select raise(abort, 'rule:proof-without-qualification'); end;

drop trigger if exists proof_of_passing_update;
create trigger proof_of_passing_update before update on proof_of_passing when true
begin select raise(abort, 'rule:proof-is-kept'); end;

drop trigger if exists proof_of_passing_delete;
create trigger proof_of_passing_delete before delete on proof_of_passing when true
begin select raise(abort, 'rule:proof-is-kept'); end;

drop view if exists street_proof;
create view street_proof as
select b.number, b.code, b.name, b.subject, b.field, b.first_day, b.last_day,
  case when q.withdrawn_at is null then 0 else 1 end as withdrawn
from proof_of_passing b join qualification q on q.id = b.qualification_id;
