"""The rotation of docs/runbooks/token-key-rotation.md, deployment by deployment, on the local cloud."""

from __future__ import annotations

import time

import httpx
import jwt

from infra.local.cloud import LocalCloud
from infra.local.deploy import STACK, parameters
from tests.e2e.api_client import ApiClient

SECONDS_TO_DEPLOY = 60


def deploy(cloud: LocalCloud, *keys: str) -> None:
    """Deploys the stack with these keys of access tokens, the signing one first."""
    cloudformation = cloud.client("cloudformation")
    values = {**parameters(cloud.ports, cloud.speed), "TokenKeyArns": ",".join(keys)}
    cloudformation.update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    end = time.monotonic() + SECONDS_TO_DEPLOY
    while time.monotonic() < end:
        status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        if status == "UPDATE_COMPLETE":
            return
        time.sleep(0.2)
    raise AssertionError(f"the stack is {status} after {SECONDS_TO_DEPLOY} s")


def signing_key(token: str) -> str:
    """The id of the key that signed a token."""
    return str(jwt.get_unverified_header(token)["kid"])


def test_a_key_is_rotated_without_signing_anybody_out(cloud: LocalCloud) -> None:
    kms = cloud.client("kms")
    old = kms.describe_key(KeyId=cloud.outputs["TokenKeyId"])["KeyMetadata"]["Arn"]
    policy = kms.get_key_policy(KeyId=old, PolicyName="default")["Policy"]
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", Policy=policy)
    new = made["KeyMetadata"]["Arn"]
    api = ApiClient(cloud.endpoints)
    before = str(api.login()["accessToken"])

    def look() -> tuple[int, int, bool]:
        """How many keys are published, how the token of before is answered, and whether its key still signs."""
        base = cloud.endpoints["api"]
        published = httpx.get(f"{base}/.well-known/jwks.json", timeout=60).json()["keys"]
        answer = httpx.get(f"{base}/me", headers={"Authorization": f"Bearer {before}"}, timeout=60)
        return len(published), answer.status_code, signing_key(str(api.login()["accessToken"])) == signing_key(before)

    deploy(cloud, old, new)
    prepared = look()
    deploy(cloud, new, old)
    switched = look()
    deploy(cloud, new)
    retired = look()

    assert prepared == (2, 200, True)
    assert switched == (2, 200, False)
    assert retired == (1, 401, False)
