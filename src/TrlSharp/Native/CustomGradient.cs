using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// One node of libtorch's graph whose backward pass is written in C#. Does what <c>TorchSharp.torch.autograd.Function</c> does, without its price: that class keeps a
/// second tensor of the size of every output as long as the graph lives, and every gradient it returns until the caller's dispose scope ends.
/// </summary>
/// <remarks>
/// An exception must not cross libtorch's frames, which would end the process. It is kept, and libtorch is given no gradients: it ends the pass with an exception of its own.
/// <see cref="ThrowIfFailed"/> then throws what really happened; at the latest the next node that is made on the thread does.
/// </remarks>
internal sealed unsafe partial class CustomGradient
{
    private static readonly ConcurrentBag<CustomGradient> Idle = [];

    // Nodes are used again and again, there are as many as the largest pass needs, and libtorch must be able to call those it holds.
    private static readonly ConcurrentBag<CustomGradient> Rooted = [];

    [ThreadStatic]
    private static Exception? _failure;

    [ThreadStatic]
    private static Tensor?[]? _returned;

    [ThreadStatic]
    private static nint _allocated;

    [ThreadStatic]
    private static nint _cell;

    private readonly ApplyFunction _apply;
    private readonly DeleteFunction _delete;
    private Backward? _backward;
    private Tensor[] _saved = [];
    private Recomputation? _recomputation;
    private int _inputs;
    private nint[] _handles = [];
    private GCHandle _pinned;

    private CustomGradient() => (_apply, _delete) = (Apply, Delete);

    /// <summary>Gradients of the inputs, in their order, from that of the output; null for an input that needs none. Runs without graph, once.</summary>
    /// <param name="gradient">Of the output, in its shape and type; not always contiguous.</param>
    /// <param name="saved">What was saved.</param>
    public delegate Tensor?[] Backward(Tensor gradient, Tensor[] saved);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate Handles ApplyFunction(nint* gradients, int count);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void DeleteFunction();

    /// <summary>Whether a result of these tensors takes part in a graph.</summary>
    public static bool IsNeeded(params ReadOnlySpan<Tensor?> inputs)
    {
        if (!is_grad_enabled()) return false;
        foreach (var input in inputs)
            if (input is not null && input.requires_grad) return true;
        return false;
    }

    /// <summary>The output with this node behind it, if any input needs a gradient; else the output as it is.</summary>
    /// <param name="output">Computed without graph, and not a view of an input.</param>
    /// <param name="inputs">What it was computed from.</param>
    /// <param name="saved">What the backward pass needs; their memory is kept until it ran or the graph is dropped. Never the output.</param>
    /// <param name="backward">The backward pass.</param>
    /// <param name="recompute">From what was saved to the output once more, where that is cheap: see <see cref="Recomputation"/>.</param>
    public static Tensor Attach(Tensor output, Tensor[] inputs, Tensor[] saved, Backward backward, Func<Tensor[], Tensor>? recompute = null)
    {
        ThrowIfFailed();
        if (!IsNeeded(inputs)) return output;
        if (!Idle.TryTake(out var node)) Rooted.Add(node = new());
        (node._backward, node._inputs) = (backward, inputs.Length);
        node._saved = [.. saved.Select(t => t.detach().DetachFromDisposeScope())];
        var result = node.Wrap(output, inputs);
        if (recompute is null) return result;
        node._recomputation = new(node._saved, recompute);
        node._recomputation.Serve(result);
        return result;
    }

    /// <summary>Runs a backward pass; if a node of it failed, throws what failed.</summary>
    public static void Run(Action pass)
    {
        try
        {
            pass();
        }
        catch (ExternalException)
        {
            ThrowIfFailed();
            throw;
        }

        ThrowIfFailed();
    }

    /// <summary>Throws what a backward pass on this thread has thrown, and forgets the last gradients.</summary>
    public static void ThrowIfFailed()
    {
        ReleaseReturned();
        if (_failure is not { } failure) return;
        _failure = null;
        throw new InvalidOperationException($"The backward pass failed: {failure.Message}", failure);
    }

    private Tensor Wrap(Tensor output, Tensor[] inputs)
    {
        var pointer = NewNode(Marshal.GetFunctionPointerForDelegate(_apply), Marshal.GetFunctionPointerForDelegate(_delete));
        var inputHandles = Array.ConvertAll(inputs, t => t.Handle);
        var outputHandle = output.Handle;
        _allocated = 0;
        fixed (nint* cells = inputHandles)
        {
            var list = new Handles((nint)cells, inputHandles.Length);
            SetNextEdges(pointer, list, 1);
            WrapOutputs(list, default, default, new((nint)(&outputHandle), 1), pointer, &AllocateOne);
        }

        DisposeShared(pointer);
        DisposeWeak(pointer);
        GC.KeepAlive(inputs);
        GC.KeepAlive(output);
        var handle = _allocated == 0 ? 0 : *(nint*)_allocated;
        if (handle == 0) throw new NativeLibraryException("libtorch could not put a node of the graph behind a result.");
        return Tensor.UnsafeCreateTensor(handle);
    }

    private Handles Apply(nint* gradients, int count)
    {
        ReleaseReturned();
        Tensor?[] results = [];
        try
        {
            using var scope = NewDisposeScope();
            if (is_grad_enabled()) throw new NotSupportedException("a second derivative was asked for, which these operations do not have");
            var backward = _backward ?? throw new InvalidOperationException("the graph was already used by an earlier backward pass");
            results = gradients[0] == 0 ? new Tensor?[_inputs] : backward(Tensor.UnsafeCreateTensor(gradients[0]), _saved);
            foreach (var result in results) result?.DetachFromDisposeScope();
        }
        catch (Exception e)
        {
            _failure ??= e;
            results = [];
        }

        Release();
        ReleaseReturned(); // of passes that ran inside this one
        _returned = results;
        _handles = Array.ConvertAll(results, t => t?.Handle ?? 0);
        if (_pinned.IsAllocated) _pinned.Free();
        _pinned = GCHandle.Alloc(_handles, GCHandleType.Pinned);
        return new(_pinned.AddrOfPinnedObject(), _handles.Length);
    }

    private void Delete()
    {
        Release();
        if (_pinned.IsAllocated) _pinned.Free();
        Idle.Add(this);
    }

    private void Release()
    {
        _backward = null;
        _recomputation?.End();
        _recomputation = null;
        foreach (var tensor in _saved) tensor.Dispose();
        _saved = [];
    }

    /// <summary>libtorch copies what a node returns only after the node has returned it.</summary>
    private static void ReleaseReturned()
    {
        if (_returned is not { } returned) return;
        _returned = null;
        foreach (var tensor in returned) tensor?.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint AllocateOne(nuint length)
    {
        if (_cell == 0) _cell = (nint)NativeMemory.AllocZeroed((nuint)sizeof(nint));
        return _allocated = _cell;
    }

    [LibraryImport(NativeLibraries.TorchSharpName, EntryPoint = "THSAutograd_CSharpNode_ctor")]
    private static partial NodePointer NewNode(nint apply, nint delete);

    [LibraryImport(NativeLibraries.TorchSharpName, EntryPoint = "THSAutograd_CSharpNode_setNextEdges")]
    private static partial void SetNextEdges(NodePointer node, Handles inputs, byte isExecutable);

    [LibraryImport(NativeLibraries.TorchSharpName, EntryPoint = "THSAutograd_Function_wrapOutputs")]
    private static partial void WrapOutputs(
        Handles inputs, Handles notDifferentiable, Handles changed, Handles outputs, NodePointer node, delegate* unmanaged[Cdecl]<nuint, nint> allocate);

    [LibraryImport(NativeLibraries.TorchSharpName, EntryPoint = "THSAutograd_CSharpNode_disposeSharedPtr")]
    private static partial void DisposeShared(NodePointer node);

    [LibraryImport(NativeLibraries.TorchSharpName, EntryPoint = "THSAutograd_CSharpNode_disposeWeakPtr")]
    private static partial void DisposeWeak(NodePointer node);

    /// <summary>libtorch's tensors by address.</summary>
    private readonly record struct Handles(nint First, long Count);

    private readonly record struct NodePointer(nint Shared, nint Weak);
}
