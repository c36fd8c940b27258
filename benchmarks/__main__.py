"""`make bench`: each figure beside its floor in the same run; where time goes, not yet a target."""

from benchmarks import mail_to_case, smtp_accept

if __name__ == "__main__":
    smtp_accept.main()
    mail_to_case.main()
