using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>Where a tensor of heads lies: [T, N, H] of float32 or bfloat16, contiguous in H.</summary>
/// <param name="Address">Of the first element; the caller keeps the tensor alive.</param>
/// <param name="TokenStride">Elements between tokens.</param>
/// <param name="HeadStride">Elements between heads.</param>
/// <param name="Size">H.</param>
/// <param name="Bytes">Of an element.</param>
internal readonly record struct HeadMemory(nint Address, long TokenStride, long HeadStride, int Size, int Bytes)
{
    public static HeadMemory Of(Tensor x) => new(Ops.DataPointer(x), x.stride(0), x.stride(1), (int)x.size(2), (int)x.element_size());
}
