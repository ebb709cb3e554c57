using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// Calls any operator of libtorch, with autograd, through its stable C interface (torch/csrc/inductor/aoti_torch/c/shim.h). Operators get a stack of
/// 64-bit cells: integers and truth values as they are, doubles as bits, everything else as handles, which the operator takes over.
/// </summary>
/// <remarks>
/// Operators with an argument of type Scalar cannot be called this way. libtorch writes the reason of a failure to standard error and reports only that
/// there was one; the exception therefore repeats the arguments.
/// </remarks>
internal static unsafe partial class Dispatcher
{
    /// <summary>The name under which libtorch is imported; <see cref="NativeLibraries"/> resolves it.</summary>
    public const string Library = "torch_cpu";

    /// <summary>An absent optional argument.</summary>
    public const ulong None = 0;

    public static ulong Bool(bool value) => value ? 1UL : 0;

    public static ulong Integer(long value) => unchecked((ulong)value);

    public static ulong Double(double value) => BitConverter.DoubleToUInt64Bits(value);

    /// <summary>A present optional argument: a cell on the C heap, freed by the operator.</summary>
    public static ulong Some(ulong value)
    {
        var cell = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *cell = value;
        return (ulong)cell;
    }

    public static ulong Optional(double? value) => value is { } present ? Some(Double(present)) : None;

    public static ulong Optional(Tensor? tensor) => tensor is null ? None : Some(Of(tensor));

    /// <summary>A new handle on the same tensor.</summary>
    public static ulong Of(Tensor tensor)
    {
        Check(NewTensorHandle(tensor.Handle, out var handle), "aoti_torch_new_tensor_handle");
        GC.KeepAlive(tensor);
        return (ulong)handle;
    }

    public static ulong List(ReadOnlySpan<Tensor> tensors)
    {
        var list = NewList(tensors.Length);
        foreach (var tensor in tensors) Check(PushBack(list, Of(tensor)), "torch_list_push_back");
        return (ulong)list;
    }

    public static ulong List(ReadOnlySpan<long> values)
    {
        var list = NewList(values.Length);
        foreach (var value in values) Check(PushBack(list, Integer(value)), "torch_list_push_back");
        return (ulong)list;
    }

    /// <summary>libtorch's number for an element type; TorchSharp uses the same numbers.</summary>
    public static ulong Of(ScalarType type) => (ulong)(sbyte)type;

    /// <summary>Calls an operator for its effect on its arguments.</summary>
    /// <param name="name">For example <c>"aten::_foreach_copy_"u8</c>; literals carry the terminating zero that C wants.</param>
    /// <param name="overload">For example <c>"Tensor"u8</c>; empty for the default.</param>
    /// <param name="stack">Arguments in the order of the schema, defaults included; results replace them.</param>
    public static void Invoke(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, Span<ulong> stack)
    {
        fixed (byte* operatorName = name)
        fixed (byte* overloadName = overload.IsEmpty ? "\0"u8 : overload)
        fixed (ulong* cells = stack)
        {
            if (CallDispatcher(operatorName, overloadName, cells) != 0)
                throw new NativeLibraryException($"{Encoding.UTF8.GetString(name)}{(overload.IsEmpty ? "" : "." + Encoding.UTF8.GetString(overload))} failed; libtorch wrote the reason to standard error.");
        }
    }

    /// <summary>Calls an operator with one tensor as result; it belongs to the current dispose scope.</summary>
    public static Tensor Call(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, Span<ulong> stack)
    {
        Invoke(name, overload, stack);
        return Result(stack[0]);
    }

    /// <summary>A tensor that an operator left on the stack; it belongs to the current dispose scope.</summary>
    public static Tensor Result(ulong cell) => Tensor.UnsafeCreateTensor((nint)cell);

    /// <inheritdoc cref="Ops.Alias"/>
    public static Tensor Alias(Tensor x, ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }

        nint alias;
        fixed (long* sizes = shape)
        fixed (long* steps = strides)
            Check(ReinterpretTensor(x.Handle, shape.Length, sizes, steps, 0, out alias), "aoti_torch__reinterpret_tensor");
        GC.KeepAlive(x);
        return Tensor.UnsafeCreateTensor(alias);
    }

    /// <inheritdoc cref="Ops.DataPointer"/>
    public static nint DataPointer(Tensor x)
    {
        Check(GetDataPointer(x.Handle, out var pointer), "aoti_torch_get_data_ptr");
        GC.KeepAlive(x);
        return pointer;
    }

    private static nint NewList(int length)
    {
        Check(NewListReserve((nuint)length, out var list), "torch_new_list_reserve_size");
        return list;
    }

    private static void Check(int result, string function)
    {
        if (result != 0) throw new NativeLibraryException($"{function} failed; libtorch wrote the reason to standard error.");
    }

    [LibraryImport(Library, EntryPoint = "aoti_torch_call_dispatcher")]
    private static partial int CallDispatcher(byte* name, byte* overload, ulong* stack);

    [LibraryImport(Library, EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewTensorHandle(nint original, out nint handle);

    [LibraryImport(Library, EntryPoint = "aoti_torch__reinterpret_tensor")]
    private static partial int ReinterpretTensor(nint self, long dimensions, long* sizes, long* strides, long offset, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int GetDataPointer(nint self, out nint pointer);

    [LibraryImport(Library, EntryPoint = "torch_new_list_reserve_size")]
    private static partial int NewListReserve(nuint size, out nint list);

    [LibraryImport(Library, EntryPoint = "torch_list_push_back")]
    private static partial int PushBack(nint list, ulong value);
}
