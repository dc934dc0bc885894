"""Words of a machine that the compiled language has no word for, each with a plain twin for uncompiled runs."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from karvan.kernels.compiler import inlined

_ALL_ONES = (1 << 64) - 1


def _high_product(a: Any, b: Any) -> np.uint64:
    return np.uint64((int(a) * int(b)) >> 64)


def _low_product(a: Any, b: Any) -> np.uint64:
    return np.uint64((int(a) * int(b)) & _ALL_ONES)


def _low_sum(a: Any, b: Any) -> np.uint64:
    return np.uint64((int(a) + int(b)) & _ALL_ONES)


def _product_compiled(a: Any, b: Any) -> Any:
    return a * b


def _sum_compiled(a: Any, b: Any) -> Any:
    return a + b


def _bits(x: Any) -> np.int64:
    return np.int64(struct.unpack("<q", struct.pack("<d", x))[0])


def _real(bits: Any) -> np.float64:
    return np.float64(struct.unpack("<d", struct.pack("<q", bits))[0])


@intrinsic
def _high_product_compiled(context, a, b):
    def code(context, builder, signature, args):
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), code


@intrinsic
def _bits_compiled(context, x):
    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), code


@intrinsic
def _real_compiled(context, bits):
    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), code


def _natural(x: Any) -> Any:
    return x


@intrinsic
def _natural_compiled(context, x):
    def code(context, builder, signature, args):
        flag = builder.icmp_signed(">=", args[0], ir.Constant(ir.IntType(64), 0))
        builder.call(
            builder.module.declare_intrinsic("llvm.assume", (), ir.FunctionType(ir.VoidType(), [ir.IntType(1)])), [flag]
        )
        return args[0]

    return types.int64(types.int64), code


def _either(flag: Any, a: Any, b: Any) -> Any:
    return a if flag else b


@intrinsic
def _either_compiled(context, flag, a, b):
    def code(context, builder, signature, args):
        chosen = builder.select(args[0], args[1], args[2])
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return types.int64(types.boolean, types.int64, types.int64), code


def _fetch(array: Any, index: Any) -> None:
    pass


@intrinsic
def _fetch_compiled(context, array, index):
    def code(context, builder, signature, args):
        there = context.make_array(signature.args[0])(context, builder, args[0])
        size = ir.Constant(ir.IntType(64), context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype)))
        byte = ir.IntType(8)
        address = builder.gep(
            builder.bitcast(there.data, byte.as_pointer()), [builder.mul(args[1], size)], source_etype=byte
        )
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte.as_pointer()], kind)
        builder.call(prefetch, [address, ir.Constant(number, 0), ir.Constant(number, 3), ir.Constant(number, 1)])
        return context.get_dummy_value()

    return types.none(array, types.int64), code


def _fused(a: Any, b: Any, c: Any) -> float:
    return float(Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c)))


@intrinsic
def _fused_compiled(context, a, b, c):
    def code(context, builder, signature, args):
        return builder.fma(args[0], args[1], args[2])

    return types.float64(types.float64, types.float64, types.float64), code


_UNCOMPILED = config.DISABLE_JIT  # type: ignore[attr-defined]

high_product: Callable[..., Any] = _high_product if _UNCOMPILED else _high_product_compiled
"""The upper 64 bits of the product of two uint64."""
low_product: Callable[..., Any] = _low_product if _UNCOMPILED else inlined(_product_compiled)
"""The lower 64 bits of the product of two uint64."""
low_sum: Callable[..., Any] = _low_sum if _UNCOMPILED else inlined(_sum_compiled)
"""The lower 64 bits of the sum of two uint64."""
bits_of: Callable[..., Any] = _bits if _UNCOMPILED else _bits_compiled
"""The 64 bits of a float64, as int64."""
real_of: Callable[..., Any] = _real if _UNCOMPILED else _real_compiled
"""The float64 of 64 bits."""
natural: Callable[..., Any] = _natural if _UNCOMPILED else _natural_compiled
"""An index that is never negative: the compiler need not ask whether it counts from the end."""
either: Callable[..., Any] = _either if _UNCOMPILED else _either_compiled
"""One of two int64 by a flag, without a branch, which would be guessed wrong half the time."""
fused: Callable[..., Any] = _fused if _UNCOMPILED else _fused_compiled
"""a b + c of float64, rounded once: the same bits on every machine, and quicker than a product and a sum."""
fetch: Callable[..., Any] = _fetch if _UNCOMPILED else _fetch_compiled
"""Begin to bring an element of an array near, without waiting for it; any index will do."""
